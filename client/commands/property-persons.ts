import { erasePersonalFacts, readPersonalFacts } from '../../store/personal-facts.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { propertyIdOf } from '../property-name.js';

/** What is kept about the persons of a property, while the switch for it is on. The only command that prints it. */
export async function showPersons(context: CliContext, text: string): Promise<number> {
  const propertyId = propertyIdOf(text);
  const { config } = await readSetting(context);
  const kept = await withDatabase(config, (db) => readPersonalFacts(db, propertyId));
  const rows = kept.map(({ source, class: of, name, value, fetchedAt, expireAt }) => ({
    schemaVersion: 1,
    propertyId,
    source,
    class: of,
    name,
    value,
    fetchedAt: fetchedAt.toISOString(),
    expireAt: expireAt.toISOString(),
  }));
  context.out.document(rows);
  if (rows.length === 0) context.out.data(`${propertyId}: nothing is kept about persons`);
  else {
    const shown = rows.map((row) => [row.class, row.name, row.value, row.expireAt.slice(0, 10)]);
    context.out.data(columnsOf([['CLASS', 'NAME', 'VALUE', 'KEPT UNTIL'], ...shown]));
  }
  return 0;
}

/**
 * Erases what is kept about the persons of a property, or of all. Safe to repeat.
 * @throws CliError (UsageError) when neither or both are named
 */
export async function erasePersons(
  context: CliContext,
  text: string | undefined,
  { all }: { readonly all?: true },
): Promise<number> {
  if ((text === undefined) === (all === undefined)) {
    throw new CliError('UsageError', 'name one parcel, or --all', 'phx property erase-persons --help shows examples');
  }
  const propertyId = text === undefined ? null : propertyIdOf(text);
  const { config } = await readSetting(context);
  const erased = await withDatabase(config, (db) => erasePersonalFacts(db, propertyId));
  context.out.data(`${propertyId ?? 'all properties'}: ${erased} values about persons erased`);
  context.out.document({ schemaVersion: 1, propertyId, erased });
  return 0;
}
