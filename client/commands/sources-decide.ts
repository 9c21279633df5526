import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { Pace } from '../../core/schemas/pace.js';
import { isSlower } from '../../net/pace.js';
import { sourceTargets } from '../../sources/index.js';
import {
  DECISION_OF,
  type DecisionDocument,
  decide,
  PERMITS,
  type Permit,
  standingDecision,
} from '../../store/decisions.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { Faults } from '../run-request.js';
import { given, readOneSource, readPace, readWords } from '../source-request.js';

/** Who decides, and why. */
export interface DecisionFlags {
  readonly by?: string;
  readonly note?: string;
}

export interface PermitFlags {
  readonly by?: string;
  readonly reference?: string;
  readonly for?: readonly string[];
  readonly revoke?: true;
}

const OPERATOR = 'the operator';

/**
 * Records what is permitted for a source, or that it is no longer. Workers ask for it before every page. Several permits of
 * one agreement are one decision each.
 */
export async function permit(context: CliContext, text: string, flags: PermitFlags): Promise<number> {
  const faults = new Faults();
  const named = readOneSource(text, faults);
  const permits = readPermits(flags.for, faults);
  const words = readWords('--reference', flags.reference, true, faults);
  const who = readWords('--by', flags.by, true, faults);
  faults.throwAny('phx sources permit --help shows examples');
  const [subject, reference, by] = [given(named), given(words), given(who)];
  const granted = flags.revoke !== true;
  const { config } = await readSetting(context);
  const at = await withDatabase(config, async (db) => {
    let latest = new Date();
    for (const one of permits)
      latest = (await decide(db, { kind: DECISION_OF[one], subject, granted, reference, by })).at;
    return latest;
  });
  context.out.data(`${subject}: permission for ${permits.join(', ')} ${granted ? 'recorded' : 'taken back'}`);
  const kept = { kind: 'permission', permits, subject, granted, reference, by, at: at.toISOString() };
  context.out.document({ schemaVersion: 1, ...kept });
  return 0;
}

function readPermits(words: readonly string[] | undefined, faults: Faults): readonly Permit[] {
  const named = words ?? ['collection'];
  for (const word of named)
    if (!PERMITS.some((one) => one === word)) faults.add(`--for must be ${PERMITS.join(', ')}, not "${word}"`);
  return PERMITS.filter((one) => named.includes(one));
}

/** Pauses a source or lets it go on. @throws CliError (Refused) when it is in that state already */
export async function holdSource(
  context: CliContext,
  verb: 'pause' | 'resume',
  text: string,
  flags: DecisionFlags,
): Promise<number> {
  const faults = new Faults();
  const named = readOneSource(text, faults);
  const { by, reference } = wordsOf(flags, faults);
  faults.throwAny();
  const subject = given(named);
  const granted = verb === 'pause';
  const { config } = await readSetting(context);
  const held = await withDatabase(config, (db) => standingDecision(db, 'pause', subject));
  if ((held !== null) === granted)
    throw new CliError('Refused', `${subject} is ${granted ? 'paused already' : 'not paused'}`);
  const told = granted
    ? `${subject}: paused; a page in flight ends first, nothing else is asked`
    : `${subject}: goes on with its next run; phx runs retry asks for what a running day has lost`;
  return keep(context, { kind: 'pause', subject, granted, reference, by }, told);
}

/** Holds a source to a slower pace than its setting, or lifts that. @throws CliError (Refused) for one that is not slower */
export async function setPace(
  context: CliContext,
  text: string,
  wanted: string,
  flags: DecisionFlags,
): Promise<number> {
  const faults = new Faults();
  const named = readOneSource(text, faults);
  const pace = readPace(wanted, faults);
  const { by, reference } = wordsOf(flags, faults);
  faults.throwAny();
  const subject = given(named);
  const { config } = await readSetting(context);
  if (pace !== null) assertSlower(config, subject, pace);
  const told =
    pace === null
      ? `${subject}: back to its setting`
      : `${subject}: at most ${pace.requests} in ${pace.windowMs / 1_000} s from now on`;
  const decision = { kind: 'pace', subject, granted: pace !== null, reference, by } as const;
  return keep(context, pace === null ? decision : { ...decision, pace }, told);
}

function assertSlower(config: Config, subject: SourceName, pace: Pace): void {
  const { limit } = sourceTargets(config)[subject];
  if (isSlower(pace, limit)) return;
  const setting = `${limit.windowLimit} in ${limit.windowMs / 1_000} s`;
  throw new CliError('Refused', `that is not slower than the setting of ${subject}, ${setting}; a pace only lowers it`);
}

function wordsOf(flags: DecisionFlags, faults: Faults): { readonly by: string; readonly reference: string } {
  return {
    by: readWords('--by', flags.by, false, faults) ?? OPERATOR,
    reference: readWords('--note', flags.note, false, faults) ?? 'no reason given',
  };
}

async function keep(context: CliContext, decision: Omit<DecisionDocument, 'at'>, told: string): Promise<number> {
  const { config } = await readSetting(context);
  const { at, ...kept } = await withDatabase(config, (db) => decide(db, decision));
  context.out.data(told);
  context.out.document({ schemaVersion: 1, ...kept, at: at.toISOString() });
  return 0;
}
