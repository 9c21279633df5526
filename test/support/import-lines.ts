import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../core/paths.js';

/** Folders of the product's code, as `tsconfig.json` compiles them. */
export const CODE_FOLDERS: readonly string[] = JSON.parse(
  readFileSync(join(projectRoot(), 'tsconfig.json'), 'utf8'),
).include;

/** One import or re-export. */
export interface ImportLine {
  /** Path of the importing file, from the project's root. */
  readonly file: string;
  /** Package or built-in name, or the imported file's path from the project's root. */
  readonly target: string;
  /** True when nothing of it is there at run time. */
  readonly typeOnly: boolean;
}

/** Code files below a folder, as paths from the project's root. */
export function codeFiles(folder: string): readonly string[] {
  const entries = readdirSync(join(projectRoot(), folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(projectRoot().length + 1))
    .sort();
}

const FROM = /^(?:import|export)\s+(type\s+)?([^;'"]*?)\s*\bfrom\s+'([^']+)'/gm;
const BARE = /(?:^import|\bimport\()\s*'([^']+)'/gm;

/** The imports of a piece of code. @param file its path from the project's root */
export function importLinesOf(file: string, code: string): readonly ImportLine[] {
  const named = [...code.matchAll(FROM)].map(([, type, names = '', from = '']) => ({
    file,
    target: targetOf(file, from),
    typeOnly: type !== undefined || onlyTypes(names),
  }));
  const bare = [...code.matchAll(BARE)].map(([, from = '']) => ({
    file,
    target: targetOf(file, from),
    typeOnly: false,
  }));
  return [...named, ...bare];
}

/** All imports of the product's code. */
export function allImports(): readonly ImportLine[] {
  return CODE_FOLDERS.flatMap(codeFiles).flatMap((file) =>
    importLinesOf(file, readFileSync(join(projectRoot(), file), 'utf8')),
  );
}

/** `{ type A, type B }`, and nothing else. */
function onlyTypes(names: string): boolean {
  const inner = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  if (inner === undefined) return false;
  const parts = inner.split(',').map((part) => part.trim());
  return parts.every((part) => part === '' || part.startsWith('type '));
}

function targetOf(file: string, from: string): string {
  return from.startsWith('.') ? join(dirname(file), from).replace(/\.js$/, '.ts') : from;
}
