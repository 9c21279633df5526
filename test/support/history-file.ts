import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { projectRoot } from '../../core/paths.js';

const { History } = proto.temporal.api.history.v1;

/** One execution of one workflow, as the server keeps it, without what names a machine. */
export interface SavedHistory {
  readonly workflowId: string;
  readonly workflowType: string;
  /** Plain form of the protocol message: enums by name, bytes in base64, long numbers as text. */
  readonly history: { readonly [key: string]: unknown };
}

/** The protocol message again, as replay takes it. */
export function historyOf({ workflowId, history }: SavedHistory) {
  return { workflowId, history: History.fromObject(history) };
}

const FOLDER = join(projectRoot(), 'test', 'replay', 'histories');

/** All saved histories, by the name of their file. */
export function savedHistories(): readonly (readonly [name: string, histories: readonly SavedHistory[]])[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => [name, JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))]);
}

/** Saves every execution that a server knows. @param name file name without its ending */
export async function saveHistories(client: Client, name: string): Promise<readonly SavedHistory[]> {
  const saved: SavedHistory[] = [];
  for await (const { workflowId, runId, type } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    saved.push({ workflowId, workflowType: type, history: plainOf(History.fromObject(history)) });
  }
  saved.sort((a, b) => (a.workflowId < b.workflowId ? -1 : 1));
  const lines = saved.map((one) => JSON.stringify(one));
  writeFileSync(join(FOLDER, `${name}.json`), `[\n${lines.join(',\n')}\n]\n`);
  return saved;
}

function plainOf(history: ReturnType<typeof History.fromObject>): SavedHistory['history'] {
  const plain = History.toObject(history, { longs: String, enums: String, bytes: String });
  return { events: scrubbed(plain.events) };
}

/** Takes out host names (identities, sticky queues) and paths of a machine (stack traces); replay reads none of them. */
function scrubbed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  const sticky = 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY';
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key === 'identity') return [key, 'recorded'];
    if (key === 'stackTrace') return [key, ''];
    if (key === 'name' && sticky) return [key, 'sticky'];
    return [key, scrubbed(inner)];
  });
  return Object.fromEntries(entries);
}
