import type { Config } from '../../core/config.js';
import type { SettingRow } from '../../core/setting-row.js';
import { SETTINGS } from '../../core/settings-table.js';
import { readSetting } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';

const MASK = '(set, not shown)';

/** Every setting with its value; secrets as set or not set alone. */
export async function showConfig(context: CliContext, { origin }: { readonly origin?: true }): Promise<number> {
  const { config } = await readSetting(context);
  const rows = Object.entries<SettingRow<unknown>>(SETTINGS).map(([key, row]) => ({
    variable: row.variable,
    value: shown(row, settingOf(config, key)),
    ...(origin ? { origin: config.origins[row.variable] ?? 'default' } : {}),
  }));
  context.out.document({ schemaVersion: 1, mode: config.mode, settings: rows });
  context.out.data(
    columnsOf(rows.map(({ variable, value, origin: from }) => [variable, value ?? '', ...(from ? [from] : [])])),
  );
  return 0;
}

function settingOf(config: Config, key: string): unknown {
  return Object.entries(config).find(([name]) => name === key)?.[1];
}

function shown({ secret }: SettingRow<unknown>, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (secret) return MASK;
  return Array.isArray(value) ? value.join(',') : String(value);
}
