import { findQuality } from '../../store/quality.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { findProperty, readPropertyName } from '../property-name.js';

/** The score of one property with its reasons, as it was judged last. @throws CliError (UsageError), (NotFound) */
export async function showPropertyQuality(context: CliContext, text: string): Promise<number> {
  const name = readPropertyName(text);
  const { config } = await readSetting(context);
  const { propertyId, row } = await withDatabase(config, async (db) => {
    const id = await findProperty(db, config, name);
    return { propertyId: id, row: await findQuality(db, id) };
  });
  if (row === null) {
    const hint = 'properties are judged at the end of a run; phx runs start begins one';
    throw new CliError('NotFound', `${propertyId} is not judged in mode ${config.mode}`, hint);
  }
  const { score, terms, reasons, findings, jumps, withheld, published } = row;
  const corrections = [...findings, ...jumps].flatMap(({ correction }) => correction ?? []);
  context.out.data(
    [
      `${propertyId}: score ${score.toFixed(2)}, freshness left out${published ? '' : '; nothing of it is shown'}`,
      columnsOf(Object.entries(terms).map(([term, value]) => [term, value.toFixed(3)])),
      ...(reasons.length === 0 ? [] : ['', columnsOf([['POINTS', 'PART', 'CODE', 'WHY'], ...reasons.map(reasonRow)])]),
      ...jumps.map(({ code, explanation }) => `${code}: ${explanation}`),
      ...withheld.map(({ name: fact, value, instead }) => {
        const shown = instead === null ? 'no earlier answer was good' : `${instead.value} of ${instead.at} is shown`;
        return `not shown: ${fact} ${value}; ${shown}`;
      }),
      ...corrections.map(({ name: fact, from, to, why }) => `could be meant: ${fact} ${to} for ${from}, if ${why}`),
    ].join('\n'),
  );
  context.out.document({ schemaVersion: 1, mode: config.mode, ...row });
  return 0;
}

function reasonRow({
  points,
  term,
  code,
  explanation,
}: {
  readonly points: number;
  readonly term: string;
  readonly code: string;
  readonly explanation: string;
}): readonly string[] {
  return [`-${points.toFixed(3)}`, term, code, explanation];
}
