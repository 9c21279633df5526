import type { Db } from 'mongodb';
import type { Config } from '../../core/config.js';
import { redoCost, redoWords, retryFailed } from '../../store/queue.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { findProperty, readPropertyName } from '../property-name.js';
import { Faults, readZips, theMarket } from '../run-request.js';
import type { EnrichFlags } from './enrich-list.js';

export interface EnrichRetryFlags extends EnrichFlags {
  readonly id?: readonly string[];
}

export interface EnrichRedoFlags extends EnrichRetryFlags {
  readonly zip?: readonly string[];
  readonly promptVersion?: string;
  readonly apply?: true;
}

const NEXT = 'phx enrich run has them described now; the next day does it otherwise';

/** Puts properties that the model was given up on back on the list. A repeat finds nothing more to do. */
export async function retryEnrichments(context: CliContext, flags: EnrichRetryFlags): Promise<number> {
  const [market] = theMarket(flags.market);
  const { config } = await readSetting(context);
  const waiting = await withDatabase(config, async (db) => retryFailed(db, market, await idsOf(db, config, flags.id)));
  context.out.data(`${waiting} properties wait for the model again`);
  if (waiting > 0) context.out.note(NEXT);
  context.out.document({ schemaVersion: 1, market, mode: config.mode, waiting });
  return 0;
}

/** Shows what writing words again would cost, by what they cost the last time; with `--apply` puts the properties on the list. */
export async function redoEnrichments(context: CliContext, flags: EnrichRedoFlags): Promise<number> {
  const { out } = context;
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const zips = readZips(flags.zip, faults);
  const promptVersion = flags.promptVersion ?? null;
  if (zips === null && promptVersion === null && flags.id === undefined) {
    faults.add('name what is to be written again: --prompt-version, --zip or --id');
  }
  faults.throwAny('phx enrich redo --help shows examples');
  const { config } = await readSetting(context);
  const apply = flags.apply === true;
  const { cost, waiting } = await withDatabase(config, async (db) => {
    const ids = await idsOf(db, config, flags.id);
    const found = await redoCost(db, market, { zips, ids, promptVersion });
    return { cost: found, waiting: apply && found.ids.length > 0 ? await redoWords(db, found.ids) : 0 };
  });
  const { tokens, milliseconds } = cost;
  const properties = cost.ids.length;
  out.data(
    `${properties} properties; the last time they took ${tokens} tokens and ${Math.round(milliseconds / 1_000)} s`,
  );
  if (apply) out.data(`${waiting} wait for the model again`);
  if (properties > 0) out.note(apply ? NEXT : 'nothing was changed; --apply puts them on the list');
  out.document({ schemaVersion: 1, market, mode: config.mode, properties, tokens, milliseconds, apply, waiting });
  return 0;
}

async function idsOf(db: Db, config: Config, texts: readonly string[] | undefined): Promise<readonly string[] | null> {
  if (texts === undefined) return null;
  const names = texts.map(readPropertyName);
  return Promise.all(names.map((name) => findProperty(db, config, name)));
}
