import type { Db } from 'mongodb';
import type { Looked, OptimizeArea, Proposal } from '../../domain/optimize/proposal.js';
import { type Remeasured, remeasure, remeasuredInWords } from '../../reports/optimize/applied.js';
import { look } from '../../reports/optimize/look.js';
import { applyBatch, resetBatch } from '../../store/tuning.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { readDecision } from '../cost-words.js';
import { measuredHosts } from '../measured-hosts.js';
import { Faults, readWhole } from '../run-request.js';
import { marketFlag } from './baseline.js';

export interface OptimizeFlags {
  readonly market?: string;
  readonly days?: string;
  readonly apply?: true;
  readonly reset?: true;
  readonly by?: string;
  readonly note?: string;
}

const DAYS = 14;

/** What could be better in an area; with `--apply` what of it is a setting is written. */
export async function optimize(context: CliContext, area: OptimizeArea, flags: OptimizeFlags): Promise<number> {
  const faults = new Faults();
  const days = readWhole('--days', flags.days, 1, 90, faults) ?? DAYS;
  const changes = flags.apply === true || flags.reset === true;
  if (flags.apply && flags.reset) faults.add('--apply and --reset exclude each other');
  const words = changes ? readDecision(flags, faults) : null;
  faults.throwAny(`phx optimize ${area} --help shows an example`);
  const market = marketFlag(flags);
  const { config } = await readSetting(context);
  const found = await withDatabase(config, async (db) => {
    const hosts = (_db: typeof db, since: Date) => measuredHosts(db, config, since);
    const looked = await look(db, area, { market, days, now: new Date(), hosts });
    const applied = words === null ? [] : await change(db, looked, flags, words);
    const measured = area === 'batch' || area === 'resources' ? await remeasure(db, market) : null;
    return { ...looked, applied, measured };
  });
  show(context, found, flags);
  context.out.document({ schemaVersion: 1, area, market, days, ...found });
  return 0;
}

/** Writes the first proposal that is a setting, or takes back what was applied. @returns ids of what was applied */
async function change(
  db: Db,
  { proposals }: Looked,
  { reset }: OptimizeFlags,
  words: { readonly by: string; readonly note: string },
): Promise<readonly string[]> {
  if (reset) {
    await resetBatch(db, words);
    return [];
  }
  for (const { id, setting } of proposals) {
    if (setting === null) continue;
    await applyBatch(db, { ...setting.value, msPerProperty: setting.msPerProperty }, words);
    return [id];
  }
  return [];
}

interface Shown extends Looked {
  readonly applied: readonly string[];
  readonly measured: Remeasured | null;
}

function show({ out }: CliContext, { proposals, notes, applied, measured }: Shown, flags: OptimizeFlags): void {
  for (const note of notes) out.data(note);
  out.data(proposals.length === 0 ? 'nothing to propose' : `${proposals.length} proposals`);
  for (const one of proposals) out.data(inWords(one));
  for (const id of applied) out.data(`applied from the next run on: ${id}`);
  if (flags.apply && applied.length === 0) out.data('nothing was applied: none of it is a setting');
  if (flags.reset) out.data('taken back: batches begin as the rule says, from the next run on');
  if (measured !== null) out.data(remeasuredInWords(measured));
}

function inWords({ id, what, evidence, gain, command }: Proposal): string {
  const shown = evidence.map((line) => `\n  known from: ${line}`).join('');
  return `${id}: ${what}${shown}\n  expected: ${gain}\n  do: ${command}`;
}
