import { createOfflineSources, kindOrders } from '../../sources/offline.js';
import type { Fault } from '../../store/fault.js';
import { verifyDatabase } from '../../store/verify/verify.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { Faults, readWhole } from '../run-request.js';

export interface DbVerifyFlags {
  readonly sample?: string;
}

/** Exit code of a check that found a problem. */
const FOUND = 3;
const MOST_SAMPLED = 1_000_000;
/** Faults in the document of `--json`; all are counted. A lost collection would fill the memory. */
const MOST_LISTED = 10_000;

/**
 * Holds the database against itself and prints each fault as it is found. Reads alone.
 * @returns 3 when there is a fault, else 0
 */
export async function verifyDb(context: CliContext, flags: DbVerifyFlags): Promise<number> {
  const asked = new Faults();
  const sample = readWhole('--sample', flags.sample, 1, MOST_SAMPLED, asked);
  asked.throwAny('phx db verify --help shows an example');
  const { config } = await readSetting(context);
  const kindOrder = kindOrders(createOfflineSources(config));
  const checked: Record<string, number> = {};
  const listed: Fault[] = [];
  let faults = 0;
  await withDatabase(config, async (db) => {
    for await (const finding of verifyDatabase(db, { sample, kindOrder })) {
      if (finding.kind === 'checked') {
        checked[finding.collection] = finding.documents;
        context.out.note(`${finding.collection}: ${finding.documents} looked at`);
        continue;
      }
      const { collection, id, wrong, next } = finding.fault;
      faults += 1;
      if (listed.length < MOST_LISTED) listed.push(finding.fault);
      context.out.data(`${collection} ${id}: ${wrong}; ${next}`);
    }
  });
  context.out.data(faults === 0 ? `${config.database}: no faults` : `${config.database}: ${faults} faults`);
  context.out.document({ schemaVersion: 1, database: config.database, sample, checked, faults, listed });
  return faults === 0 ? 0 : FOUND;
}
