import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import { Binary, type Db } from 'mongodb';

/** A place where a word may have been left, and all its text. */
export interface Trace {
  readonly place: string;
  readonly text: string;
}

/** Every document of every collection; packed bodies are unpacked. */
export async function databaseTraces(db: Db): Promise<readonly Trace[]> {
  const traces: Trace[] = [];
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    for await (const document of db.collection(name).find()) {
      traces.push({ place: `${name} ${document._id}`, text: readable(document) });
    }
  }
  return traces;
}

/** The whole history of every workflow, payloads decoded. */
export async function historyTraces(client: Client): Promise<readonly Trace[]> {
  const traces: Trace[] = [];
  for await (const { workflowId, runId, memo } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { staticSummary, staticDetails } = await handle.describe();
    const { events } = await handle.fetchHistory();
    traces.push({
      place: `history ${workflowId}`,
      text: readable([events, memo, await staticSummary?.(), staticDetails]),
    });
  }
  return traces;
}

/** Every file below a folder. */
export async function fileTraces(folder: string): Promise<readonly Trace[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => ({ place: file.slice(folder.length + 1), text: await readFile(file, 'utf8') })),
  );
}

/** All text of a value: field names, numbers, and bytes as the text they hold. */
function readable(value: unknown): string {
  if (value instanceof Binary) return unpacked(value.buffer);
  if (value instanceof Uint8Array) return unpacked(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(readable).join('\n');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .filter(([, item]) => typeof item !== 'function')
    .map(([name, item]) => `${name}: ${readable(item)}`)
    .join('\n');
}

function unpacked(bytes: Uint8Array): string {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return Buffer.from(packed ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Where words stand, without regard to case: `<word> in <place>`. */
export function findWords(traces: readonly Trace[], words: Iterable<string>): readonly string[] {
  const wanted = [...words].map((word) => word.toLowerCase());
  return traces.flatMap(({ place, text }) => {
    const low = text.toLowerCase();
    return wanted.filter((word) => low.includes(word)).map((word) => `${word} in ${place}`);
  });
}
