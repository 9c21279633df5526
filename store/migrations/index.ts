import { firstKey } from './0001-first-key.js';
import type { Migration } from './migration.js';

/** All migrations there ever were, in order. */
export const MIGRATIONS: readonly Migration[] = [
  { ...firstKey, checksum: '8ff52dce616cfc192d2a340953c5f82b861f465c5c35f5bb61c7c1326e27ed13' },
];
