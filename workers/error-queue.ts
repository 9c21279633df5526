import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from 'mongodb';
import type { Logger } from 'pino';
import type { Failure, TroubleEnd, WaitCount } from '../core/schemas/failures.js';
import { NOT_RECORDED } from '../domain/failures/actions.js';
import { asStoreError } from '../store/database.js';
import { countWaits, endOverdue, endTrouble, recordFailures } from '../store/errors/errors.js';

/** One thing to write. `lost` is found out about while it waits. */
export type ErrorNote =
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'lost'; readonly failure: Promise<Failure | null> }
  | { readonly kind: 'wait'; readonly wait: WaitCount }
  | { readonly kind: 'end'; readonly end: TroubleEnd };

/** Writes notes behind the work, in their order. */
export interface ErrorQueue {
  push(note: ErrorNote): void;
  /** Writes what waits, for some seconds at most. */
  close(): Promise<void>;
}

export interface ErrorQueueDeps {
  readonly db: Db;
  readonly logger: Logger;
  /** Notes held while the database is away; what comes after is counted and told. */
  readonly room?: number;
}

const ROOM = 2_000;
/** Notes of one moment are written together. */
const GATHER_MS = 100;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const CLOSE_MS = 3_000;
const OVERDUE_EVERY_MS = 600_000;

export function createErrorQueue({ db, logger, room = ROOM }: ErrorQueueDeps): ErrorQueue {
  const notes: ErrorNote[] = [];
  let dropped = 0;
  let writing: Promise<void> | null = null;
  let overdueAtMs = 0;
  let closing = false;

  const push = (note: ErrorNote): void => {
    if (notes.length >= room) dropped += 1;
    else notes.push(note);
    begin();
  };
  const begin = (): void => {
    writing ??= write().finally(() => {
      writing = null;
      if (notes.length > 0 && !closing) begin();
    });
  };
  const write = async (): Promise<void> => {
    await sleep(GATHER_MS, undefined, { ref: false });
    for (let pauseMs = FIRST_PAUSE_MS; notes.length > 0 || dropped > 0; ) {
      if (await tryWrite()) pauseMs = FIRST_PAUSE_MS;
      else {
        if (closing) return;
        await sleep(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    }
  };
  /** @returns false when the database is away; what it refuses is told and left out */
  const tryWrite = async (): Promise<boolean> => {
    const [first] = notes;
    const group = first?.kind === 'failure' ? leadingFailures(notes) : notes.slice(0, 1);
    try {
      if (first !== undefined) await writeGroup(db, group);
      notes.splice(0, group.length);
      await tellDropped();
      await lookForOverdue();
      return true;
    } catch (problem) {
      if (asStoreError(problem) !== null) return false;
      logger.error({ err: problem, notes: group.length }, 'failures could not be recorded');
      notes.splice(0, group.length);
      return true;
    }
  };
  const tellDropped = async (): Promise<void> => {
    if (dropped === 0 || notes.length >= room) return;
    const count = dropped;
    logger.warn({ count }, 'failures were not recorded: the database was away for too long');
    const shape = { kind: 'error' as const, code: NOT_RECORDED, activity: 'record', source: null, host: null };
    await countWaits(db, [{ ...shape, pattern: 'the database was away', atMs: Date.now(), lostMs: 0, times: count }]);
    dropped -= count;
  };
  const lookForOverdue = async (): Promise<void> => {
    const nowMs = Date.now();
    if (nowMs < overdueAtMs) return;
    overdueAtMs = nowMs + OVERDUE_EVERY_MS;
    await endOverdue(db, nowMs);
  };

  return {
    push,
    async close() {
      closing = true;
      await Promise.race([writing, sleep(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

function leadingFailures(notes: readonly ErrorNote[]): readonly ErrorNote[] {
  const end = notes.findIndex(({ kind }) => kind !== 'failure');
  return end === -1 ? [...notes] : notes.slice(0, end);
}

async function writeGroup(db: Db, group: readonly ErrorNote[]): Promise<void> {
  await recordFailures(
    db,
    group.flatMap((note) => (note.kind === 'failure' ? [note.failure] : [])),
  );
  for (const note of group) {
    if (note.kind === 'wait') await countWaits(db, [note.wait]);
    if (note.kind === 'end') await endTrouble(db, note.end);
    if (note.kind === 'lost') {
      const failure = await note.failure;
      if (failure !== null) await recordFailures(db, [failure]);
    }
  }
}
