import { loadRetention } from '../../core/product-settings.js';
import type { RetentionRow } from '../../core/schemas/retention.js';
import { frozenError } from '../../store/emergency.js';
import { keepRetention } from '../../store/retention/index.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';

export interface RetentionFlags {
  readonly apply?: true;
}

/** What is older than it is kept, and cited by nothing. With `--apply` it goes. @throws Frozen with `--apply` while everything is frozen */
export async function showRetention(context: CliContext, flags: RetentionFlags): Promise<number> {
  const { config } = await readSetting(context);
  const apply = flags.apply === true;
  const { rows } = await withDatabase(config, async (db) => {
    const frozen = apply ? await frozenError(db) : null;
    if (frozen !== null) throw frozen;
    const { signal } = context;
    const { dataFolder } = config;
    return keepRetention(db, { policy: loadRetention(), dataFolder, apply, now: new Date(), signal });
  });
  context.out.data(columnsOf([headOf(apply), ...rows.map(shown)]));
  if (!apply) context.out.note('nothing was changed; --apply does it');
  context.out.document({ schemaVersion: 1, database: config.database, applied: apply, rows });
  return 0;
}

function headOf(apply: boolean): string[] {
  const done = apply ? ['MARKED', 'REMOVED'] : ['TO MARK', 'TO REMOVE'];
  return ['WHAT', 'KEPT FOR', 'OLDER', 'CITED', ...done, 'SIZE'];
}

function shown({ what, days, old, cited, marked, removed, bytes }: RetentionRow): string[] {
  const counts = [old, cited, marked, removed].map(String);
  return [what, `${days} days`, ...counts, `${(bytes / 1_000_000).toFixed(1)} MB`];
}
