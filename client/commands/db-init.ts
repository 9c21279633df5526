import { initDatabase } from '../../store/database.js';
import { assertMigrated } from '../../store/migrations/state.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';

/** Makes every collection, validator and index exist. A repeat changes nothing. @throws BadConfig when migrations are missing */
export async function initDb(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const made = await withDatabase(config, async (db) => {
    const collections = await initDatabase(db);
    await assertMigrated(db);
    return collections;
  });
  context.out.data(
    made.length === 0 ? `${config.database}: everything was there` : `${config.database}: made ${made.join(', ')}`,
  );
  context.out.document({ schemaVersion: 1, database: config.database, made });
  return 0;
}
