import { type Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { NetworkError } from '../../core/errors.js';
import { incidentWorkflowId, TASK_QUEUES } from '../../core/ids.js';
import type { IncidentFault } from '../../core/schemas/alerts.js';
import type {
  AckIncident,
  CheckIncident,
  IncidentState,
  NoteIncident,
  ResolveIncident,
  SetIncidentSeverity,
} from '../../core/schemas/incidents.js';
import { severityNamed } from '../../domain/incidents/severity.js';
import type { incident } from '../../workflows/incident.js';
import { readSetting, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { causeIn, incidentNamed, ofIncident } from '../incident-name.js';
import { Faults, readWhole, theMarket } from '../run-request.js';
import { given, readWords } from '../source-request.js';
import { servesQueue } from '../worker-check.js';

export interface IncidentsWordFlags {
  readonly by?: string;
  readonly note?: string;
  readonly text?: string;
  readonly keepOpen?: true;
  readonly why?: string;
  readonly how?: string;
}

export interface IncidentsOpenFlags {
  readonly market?: string;
  readonly severity?: string;
  readonly text?: string;
  readonly by?: string;
}

/** A worker that is up answers within a second. */
const UPDATE_MS = 15_000;
const HINT = 'phx incidents show tells how it stands';

type Verb = 'ack' | 'note' | 'severity' | 'check' | 'resolve';
type Word =
  | { readonly update: 'ackIncident'; readonly word: AckIncident }
  | { readonly update: 'noteIncident'; readonly word: NoteIncident }
  | { readonly update: 'severityIncident'; readonly word: SetIncidentSeverity }
  | { readonly update: 'checkIncident'; readonly word: CheckIncident }
  | { readonly update: 'resolveIncident'; readonly word: ResolveIncident };

/**
 * Says something to an incident.
 * @param more severity, or number of the step; null for words that have none
 * @throws CliError: Refused (as it stands it makes no sense), NotFound (it is over); NetworkError when no worker answers
 */
export async function sayIt(
  context: CliContext,
  verb: Verb,
  name: string,
  more: string | null,
  flags: IncidentsWordFlags,
): Promise<number> {
  const id = incidentNamed(name);
  const faults = new Faults();
  const word = wordOf(verb, more, flags, faults);
  faults.throwAny(`phx incidents ${verb} --help shows an example`);
  const { config } = await readSetting(context);
  const state = await withTemporal(context, config, (client) => tell(context, client, id, given(word)));
  context.out.document({ schemaVersion: 1, ...state });
  const { severity, status, by } = state;
  context.out.data(`${state.id}: ${severity} ${status}${by === null ? '' : `, taken by ${by}`}`);
  return 0;
}

function wordOf(verb: Verb, more: string | null, flags: IncidentsWordFlags, faults: Faults): Word | null {
  const by = readWords('--by', flags.by, true, faults) ?? '';
  switch (verb) {
    case 'ack':
      return { update: 'ackIncident', word: { by, note: readWords('--note', flags.note, false, faults) } };
    case 'note': {
      const text = readWords('--text', flags.text, true, faults) ?? '';
      return { update: 'noteIncident', word: { by, text, keepOpen: flags.keepOpen === true } };
    }
    case 'severity': {
      const severity = severityIn(more ?? '', faults);
      const why = readWords('--why', flags.why, true, faults) ?? '';
      return severity === null ? null : { update: 'severityIncident', word: { by, severity, why } };
    }
    case 'check':
      return { update: 'checkIncident', word: { by, step: readWhole('step', more ?? '', 1, 7, faults) ?? 0 } };
    case 'resolve':
      return { update: 'resolveIncident', word: { by, how: readWords('--how', flags.how, true, faults) ?? '' } };
  }
}

function severityIn(text: string, faults: Faults) {
  return severityNamed(text.toUpperCase()) ?? faults.add(`severity must be P0, P1, P2 or P3, not "${text}"`);
}

async function tell(context: CliContext, client: Client, id: string, { update, word }: Word): Promise<IncidentState> {
  const { market, cause } = causeIn(id);
  const handle = client.workflow.getHandle(incidentWorkflowId(market, cause));
  const timeoutMs = context.globals.timeoutMs ?? UPDATE_MS;
  // The server would keep the request and hand it to the next worker, however much later.
  if (!(await servesQueue(client))) throw new NetworkError(id, 'no worker is up to answer');
  const state = await ofIncident(id, handle.query<IncidentState>('incident'));
  const ended = (await handle.describe()).status.name !== 'RUNNING';
  if (ended || (id.includes('@') && state.id !== id)) {
    throw new CliError('NotFound', `${id} is over and reviewed`, 'phx incidents list --state all shows the ids');
  }
  try {
    return await client.connection.withDeadline(Date.now() + timeoutMs, () =>
      handle.executeUpdate<IncidentState, [typeof word]>(update, { args: [word] }),
    );
  } catch (problem) {
    if (problem instanceof WorkflowUpdateFailedError) {
      throw new CliError('Refused', `${id}: ${problem.cause?.message ?? problem.message}`, HINT, { cause: problem });
    }
    if (!(problem instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw problem;
    const late = `no worker answered within ${timeoutMs / 1_000} s; it may still be done when one comes up`;
    throw new NetworkError(id, late, { cause: problem });
  }
}

/** Opens an incident that no alert knows of, or adds to the one of its cause. A person has to resolve it. */
export async function openIt(context: CliContext, cause: string, flags: IncidentsOpenFlags): Promise<number> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  if (!/^[a-z0-9]+([-/.][a-z0-9]+)*$/.test(cause)) faults.add(`cause must be like office/network, not "${cause}"`);
  const severity = severityIn(flags.severity ?? '', faults);
  const text = readWords('--text', flags.text, true, faults);
  const by = readWords('--by', flags.by, true, faults);
  faults.throwAny('phx incidents open --help shows an example');
  const at = new Date();
  const fault: IncidentFault = {
    // Each word is a fault of its own: a second person's is neither late nor the same.
    ...{
      alertId: `${market}/by-hand/${cause}/${at.getTime()}`,
      seq: at.getTime(),
      rule: 'by-hand',
      severity: given(severity),
    },
    ...{ kind: 'fired', text: `${given(by)}: ${given(text)}`, by: null, at: at.toISOString() },
  };
  const { config } = await readSetting(context);
  const workflowId = incidentWorkflowId(market, cause);
  const joined = await withTemporal(context, config, async (client) => {
    if (!(await servesQueue(client))) context.out.warn('no worker is up: nobody is told until one is (phx stack up)');
    return startOrJoin(client, workflowId, market, cause, fault);
  });
  context.out.document({ schemaVersion: 1, market, cause, workflowId, joined });
  context.out.data(`${market}/${cause}: ${joined ? 'told to the incident that there is' : 'opened'}`);
  return 0;
}

async function startOrJoin(
  client: Client,
  workflowId: string,
  market: string,
  cause: string,
  fault: IncidentFault,
): Promise<boolean> {
  try {
    await client.workflow.start<typeof incident>('incident', {
      workflowId,
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ market, cause, fault }],
      staticSummary: `${fault.severity} ${fault.rule} of ${market}`,
    });
    return false;
  } catch (problem) {
    if (!(problem instanceof WorkflowExecutionAlreadyStartedError)) throw problem;
    await client.workflow.getHandle(workflowId).signal('incidentFault', fault);
    return true;
  }
}
