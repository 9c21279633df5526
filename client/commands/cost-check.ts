import { readingInWords } from '../../reports/cost/account-words.js';
import { accountsOf } from '../../reports/cost/accounts.js';
import { checkCosts } from '../../reports/cost/check.js';
import { reconcile } from '../../reports/cost/reconcile.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';

export interface CheckFlags {
  readonly ask?: true;
}

/** Exit code of a check that found that a person is needed. */
const FOUND = 3;

/** Looks at everything about the month's money. @returns 3 when a person is needed */
export async function costCheck(context: CliContext, flags: CheckFlags): Promise<number> {
  const { config } = await readSetting(context);
  const { findings, readings } = await withDatabase(config, async (db) => {
    if (flags.ask === true) await reconcile(db, accountsOf(config), true, context.signal);
    return checkCosts(db, Date.now());
  });
  const wanted = findings.filter((finding) => finding.wanted);
  const told = readings.map(({ _id, at, ...reading }) => ({ ...reading, at: at.toISOString() }));
  context.out.document({ schemaVersion: 1, mode: config.mode, ok: wanted.length === 0, findings, readings: told });
  const verdict = wanted.length === 0 ? 'OK: nobody is needed' : `LOOK: ${wanted.map(({ what }) => what).join(', ')}`;
  context.out.data(`${verdict} (mode ${config.mode})`);
  context.out.data(columnsOf(findings.map(({ what, wanted: is, words }) => [is ? '!' : ' ', what, words])));
  for (const reading of readings) context.out.data(readingInWords(reading));
  return wanted.length === 0 ? 0 : FOUND;
}
