import { propertiesByZip, spreadCosts, type ZipCosts, zipOfProperty } from '../../reports/cost/property-costs.js';
import { currentBudget } from '../../store/cost/budget-settings.js';
import { entriesOf } from '../../store/cost/entries.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { readMonth, usd } from '../cost-words.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { findProperty, readPropertyName } from '../property-name.js';
import { Faults } from '../run-request.js';
import type { PeriodFlags } from './cost.js';

/**
 * What a property cost in a month: of all, by ZIP, or of the ZIP of the one that is named.
 * @throws CliError (NotFound) for a property that the read model does not have
 */
export async function costProperty(context: CliContext, text: string | null, flags: PeriodFlags): Promise<number> {
  const faults = new Faults();
  const month = readMonth(flags.month, faults);
  faults.throwAny();
  const name = text === null ? null : readPropertyName(text);
  const { config } = await readSetting(context);
  const { costs, limits, propertyId, zip } = await withDatabase(config, async (db) => {
    const id = name === null ? null : await findProperty(db, config, name);
    const own = id === null ? null : await zipOfProperty(db, id);
    if (id !== null && own === null)
      throw new CliError('NotFound', `there is no property ${id}`, 'phx property show tells what is known');
    const { property } = await currentBudget(db);
    const all = spreadCosts(await entriesOf(db, month), await propertiesByZip(db));
    return { costs: all, limits: property, propertyId: id, zip: own };
  });
  const zips = costs.zips.filter((one) => zip === null || one.zip === zip);
  context.out.document({ schemaVersion: 1, month, propertyId, limits, ...costs, zips });
  const mean = zip === null ? costs.perPropertyUsdMicros : (zips[0]?.perPropertyUsdMicros ?? null);
  if (mean === null) {
    context.out.data('there is no property yet');
    return 0;
  }
  const whose = propertyId === null ? `each of ${costs.properties} properties` : `${propertyId}, as each of ZIP ${zip}`;
  context.out.data(
    `${verdictOf(mean, limits)}: ${dollars(mean)} USD in ${month} for ${whose} (target ${dollars(limits.targetUsdMicros)} at most)`,
  );
  const head = ['ZIP', 'PROPERTIES', 'OWN USD', 'PART OF WHAT SERVES ALL', 'USD A PROPERTY'];
  context.out.data(columnsOf([head, ...zips.map(rowOf)]));
  if (costs.elsewhereUsdMicros !== 0)
    context.out.data(`${usd(costs.elsewhereUsdMicros)} USD were spent where there is no property`);
  return 0;
}

type Limits = Awaited<ReturnType<typeof currentBudget>>['property'];

function verdictOf(micros: number, { targetUsdMicros, warningUsdMicros, criticalUsdMicros }: Limits): string {
  if (micros > criticalUsdMicros) return 'CRITICAL';
  if (micros > warningUsdMicros) return 'WARNING';
  return micros > targetUsdMicros ? 'ABOVE THE TARGET' : 'OK';
}

const dollars = (micros: number) => (micros / 1_000_000).toFixed(6);

function rowOf({ zip, properties, directUsdMicros, sharedUsdMicros, perPropertyUsdMicros }: ZipCosts) {
  return [zip, String(properties), usd(directUsdMicros), usd(sharedUsdMicros), dollars(perPropertyUsdMicros)];
}
