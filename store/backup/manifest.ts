import { canonicalJson, type Json, sha256 } from '../../core/hash.js';
import { type BackupManifest, type ManifestContent, manifestSchema } from '../../core/schemas/backup.js';

export const MANIFEST = 'manifest.json';

/** A manifest as it is written. */
export function manifestText(content: ManifestContent): string {
  return `${JSON.stringify({ ...content, seal: sealOf(content) }, null, 2)}\n`;
}

/** @returns the manifest; null when the text is none, or not as it was written */
export function readManifest(text: string): BackupManifest | null {
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { seal, ...content } = parsed.data;
  return seal === sealOf(content) ? parsed.data : null;
}

function sealOf({ collections, leftOut, ...rest }: ManifestContent): string {
  const plain: Json = { ...rest, leftOut, collections };
  return sha256(canonicalJson(plain));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the schema refuses it
  }
}
