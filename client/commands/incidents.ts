import type { Client } from '@temporalio/client';
import { incidentWorkflowId } from '../../core/ids.js';
import { loadIncidentSettings } from '../../core/product-settings.js';
import type { IncidentSettings, IncidentState } from '../../core/schemas/incidents.js';
import { deadlinesOf, nextStep } from '../../domain/incidents/clocks.js';
import {
  findIncident,
  keepIncident,
  listIncidents,
  stateOf,
  timelineOfIncident,
} from '../../store/incidents/incidents.js';
import { readSetting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { causeIn, incidentNamed, ofIncident } from '../incident-name.js';
import { columnsOf } from '../output.js';
import { Faults, readWhole, theMarket } from '../run-request.js';

export interface IncidentsListFlags {
  readonly market?: string;
  readonly state?: string;
  readonly limit?: string;
}

export interface IncidentsShowFlags {
  readonly live?: true;
}

const OPEN = ['open', 'acknowledged', 'recovered'] as const;
const STATES = { open: OPEN, resolved: ['resolved'], all: [...OPEN, 'resolved'] } as const;
const USUAL_LIMIT = 50;
const HINT = 'phx incidents list shows the ids';

/** Incidents of a market. @returns 3 when nobody took one of them */
export async function listThem(context: CliContext, flags: IncidentsListFlags): Promise<number> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const wanted = flags.state ?? 'open';
  const states = Object.entries(STATES).find(([name]) => name === wanted)?.[1] ?? null;
  if (states === null) faults.add(`--state must be open, resolved or all, not "${wanted}"`);
  const limit = readWhole('--limit', flags.limit, 1, 1_000, faults) ?? USUAL_LIMIT;
  faults.throwAny('phx incidents list --help shows an example');
  const { config } = await readSetting(context);
  const found = await withDatabase(config, async (db) => {
    const documents = await listIncidents(db, market, states ?? OPEN, limit);
    return documents.map((document) => stateOf(document, []));
  });
  context.out.document(found.map(({ timeline: _timeline, ...state }) => ({ schemaVersion: 1, ...state })));
  if (found.length === 0) context.out.data(`no ${wanted === 'all' ? '' : `${wanted} `}incidents`);
  else {
    const rows = found.map((one) => [one.severity, one.status, one.openedAt, one.by ?? '-', one.id]);
    context.out.data(columnsOf([['SEVERITY', 'STATE', 'OPENED', 'TAKEN BY', 'ID'], ...rows]));
  }
  return found.some(({ status }) => status === 'open') ? 3 : 0;
}

/** One incident with all that happened. @throws CliError (NotFound) */
export async function showOne(context: CliContext, name: string, flags: IncidentsShowFlags): Promise<number> {
  const id = incidentNamed(name);
  const { config } = await readSetting(context);
  const state = flags.live
    ? await withTemporal(context, config, (client) => liveState(client, id))
    : await withDatabase(config, async (db) => {
        const document = await findIncident(db, id);
        return document === null ? null : stateOf(document, await timelineOfIncident(db, document._id));
      });
  if (state === null) throw new CliError('NotFound', `no incident ${id}`, HINT);
  context.out.document({ schemaVersion: 1, ...state });
  context.out.data(linesOf(state, loadIncidentSettings()).join('\n'));
  return 0;
}

/** Writes what the workflows know into the database. A repeat changes nothing. */
export async function rebuild(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const states = await withTemporal(context, config, async (client) => {
    const found: IncidentState[] = [];
    for await (const { workflowId } of client.workflow.list({
      query: "WorkflowType = 'incident' AND ExecutionStatus = 'Running'",
    })) {
      found.push(await client.workflow.getHandle(workflowId).query<IncidentState>('incident'));
    }
    return found;
  });
  await withDatabase(config, async (db) => {
    for (const state of states) await keepIncident(db, state, 0);
  });
  context.out.document({ schemaVersion: 1, incidents: states.map(({ id }) => id) });
  context.out.data(`${states.length} incidents written anew`);
  return 0;
}

async function liveState(client: Client, id: string): Promise<IncidentState> {
  const { market, cause } = causeIn(id);
  const handle = client.workflow.getHandle(incidentWorkflowId(market, cause));
  const state = await ofIncident(id, handle.query<IncidentState>('incident'));
  if (id.includes('@') && state.id !== id)
    throw new CliError('NotFound', `${id} is over; ${state.id} came after it`, HINT);
  return state;
}

function linesOf(state: IncidentState, settings: IncidentSettings): readonly string[] {
  const { severity, status, faults, tried, checked, timeline } = state;
  const { resolveMs } = deadlinesOf(state, settings);
  const next = nextStep(state, settings);
  const due = resolveMs === null ? '' : `, to be over until ${new Date(resolveMs).toISOString()}`;
  const told = state.told.join(', ') || 'nobody yet';
  return [
    `${state.id}: ${severity} ${status}${state.by === null ? '' : `, taken by ${state.by}`}`,
    `opened ${state.openedAt}${status === 'resolved' ? `, resolved ${state.resolvedAt}: ${state.resolution}` : due}`,
    `told: ${told}; next: ${next === null ? 'nothing' : `${next.kind} at ${new Date(next.atMs).toISOString()}`}`,
    'faults:',
    ...faults.map((one) => `  ${one.over ? 'over' : 'OPEN'}  ${one.severity}  ${one.alertId}  ${one.text}`),
    'tried by the machine:',
    ...(tried.length === 0
      ? ['  nothing']
      : tried.map((one) => `  ${one.at}  ${one.step}: ${one.outcome}, ${one.text}`)),
    'checklist:',
    ...settings.checklist.map(({ title }, at) => {
      const done = checked.find(({ step }) => step === at + 1);
      return `  ${at + 1}. ${title}${done === undefined ? '' : `: ${done.by}, ${done.at}`}`;
    }),
    'timeline:',
    ...timeline.map(({ at, kind, by, text }) => `  ${at}  ${kind}${by === null ? '' : ` by ${by}`}  ${text}`),
  ];
}
