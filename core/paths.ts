import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the project: the nearest one above this file that holds `package.json`, from sources and from `dist/` alike. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json not found above the program');
    folder = parent;
  }
  return folder;
}

/** Version of this release, from `package.json`. */
export function productVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8'));
  return version;
}

/** How we name ourselves to the services we ask: honest product name, version and contact (RFC 9110, 10.1.5). */
export function productName(contact: string): string {
  return `phoenix-property-collector/${productVersion()} (+${contact})`;
}
