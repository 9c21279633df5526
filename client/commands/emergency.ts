import type { Emergency, Ramp } from '../../core/schemas/pace.js';
import { freeze, rampSentence, readEmergency, thaw } from '../../store/emergency.js';
import { requestsInFlight } from '../../store/limits.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { Faults, readWhole } from '../run-request.js';
import { given, readWords } from '../source-request.js';

export interface FreezeFlags {
  readonly reason?: string;
  readonly by?: string;
}

export interface ThawFlags extends FreezeFlags {
  readonly ramp?: true;
  readonly stepSeconds?: string;
}

const OPERATOR = 'the operator';
const STEP_SECONDS = 600;
const LONGEST_STEP_SECONDS = 86_400;

/** Freezes everything. @throws CliError (Refused) when it is frozen already */
export async function freezeAll(context: CliContext, flags: FreezeFlags): Promise<number> {
  const faults = new Faults();
  const reference = readWords('--reason', flags.reason, true, faults);
  const by = readWords('--by', flags.by, false, faults) ?? OPERATOR;
  faults.throwAny('phx emergency freeze --help shows an example');
  const { config } = await readSetting(context);
  const { decision, inFlight } = await withDatabase(config, async (db) => {
    const { frozen } = await readEmergency(db);
    if (frozen !== null) throw new CliError('Refused', frozen);
    const decision = await freeze(db, { by, reference: given(reference) });
    return { decision, inFlight: await requestsInFlight(db) };
  });
  const told = inFlight === 0 ? 'no request is in flight' : `requests in flight: ${inFlight}, they end`;
  context.out.data(`frozen: nothing is asked and no step begins until phx emergency resume; ${told}`);
  context.out.document({
    schemaVersion: 1,
    frozen: true,
    by,
    reason: reference,
    at: decision.at.toISOString(),
    inFlight,
  });
  return 0;
}

/** Lets everything go on. @throws CliError (Refused) when nothing is frozen */
export async function thawAll(context: CliContext, flags: ThawFlags): Promise<number> {
  const faults = new Faults();
  const reference = readWords('--reason', flags.reason, false, faults) ?? 'no reason given';
  const by = readWords('--by', flags.by, false, faults) ?? OPERATOR;
  const ramp = readRamp(flags, faults);
  faults.throwAny('phx emergency resume --help shows an example');
  const { config } = await readSetting(context);
  const { at } = await withDatabase(config, async (db) => {
    if ((await readEmergency(db)).frozen === null) throw new CliError('Refused', 'nothing is frozen');
    return thaw(db, { by, reference }, ramp);
  });
  const steps =
    ramp === null ? 'at the full pace' : `at 25 %, 50 % and 100 % of each limit, ${ramp.stepMs / 1_000} s each`;
  context.out.data(`everything goes on, ${steps}; what waited is tried again within 15 s`);
  context.out.document({ schemaVersion: 1, frozen: false, by, reason: reference, at: at.toISOString(), ramp });
  return 0;
}

function readRamp(flags: ThawFlags, faults: Faults): Ramp | null {
  const seconds = readWhole('--step-seconds', flags.stepSeconds, 1, LONGEST_STEP_SECONDS, faults);
  if (flags.ramp !== true && seconds !== null) faults.add('--step-seconds is about --ramp, which is not given');
  return flags.ramp === true ? { stepMs: (seconds ?? STEP_SECONDS) * 1_000 } : null;
}

/** Whether everything is frozen, and at which part of the limits it goes on. */
export async function showEmergency(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const state = await withDatabase(config, readEmergency);
  context.out.data(emergencySentence(state) ?? 'nothing is frozen');
  context.out.document({ schemaVersion: 1, ...state });
  return 0;
}

/** What a person must know of it; null when nothing is held back. */
export function emergencySentence({ frozen, percent }: Emergency): string | null {
  return frozen ?? (percent < 100 ? rampSentence(percent) : null);
}
