import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../core/config.js';
import { loadRetention } from '../core/product-settings.js';
import type { MaintenanceInput, UpkeepResult } from '../core/schemas/upkeep.js';
import { createOfflineSources, kindOrders } from '../sources/offline.js';
import { drillBackup } from '../store/backup/drill.js';
import type { Database } from '../store/database.js';
import { keepRetention } from '../store/retention/index.js';
import { runsUnderWay } from '../store/runs.js';
import { noteUpkeep } from '../store/upkeep.js';
import { verifyDatabase } from '../store/verify/verify.js';
import { withHeartbeat } from './heartbeat.js';

export interface UpkeepDeps {
  readonly config: Config;
  readonly database: Database;
}

/** Problems that are kept of one result; all are counted. */
const MOST_PROBLEMS = 20;
const DRILL = 'scheduled-drill-';

/** Activities of the upkeep on schedule. All are safe to repeat. @throws StoreUnavailable (retried) */
export function createUpkeepActivities({ config, database: { db } }: UpkeepDeps) {
  const { dataFolder, mode } = config;
  return {
    /** Runs that write at the moment: what they write may show as a fault. */
    async countRunsUnderWay(): Promise<number> {
      return runsUnderWay(db);
    },

    /** Removes what is old and cited by nothing. */
    async applyRetention(): Promise<UpkeepResult> {
      return withHeartbeat(async (signal) => {
        const { rows } = await keepRetention(db, {
          policy: loadRetention(),
          dataFolder,
          apply: true,
          now: new Date(),
          signal,
        });
        const figures = Object.fromEntries(rows.map(({ what, removed }) => [`removed ${what}`, removed]));
        return { kind: 'retention', ok: true, problems: [], figures };
      });
    },

    /** Holds the database against itself. */
    async verifyStored({ sample }: Pick<MaintenanceInput, 'sample'>): Promise<UpkeepResult> {
      return withHeartbeat(async (signal) => {
        const kindOrder = kindOrders(createOfflineSources(config));
        const problems: string[] = [];
        const figures = { documents: 0, faults: 0 };
        for await (const finding of verifyDatabase(db, { sample, kindOrder })) {
          signal.throwIfAborted();
          if (finding.kind === 'checked') {
            figures.documents += finding.documents;
            continue;
          }
          figures.faults += 1;
          const { collection, id, wrong } = finding.fault;
          if (problems.length < MOST_PROBLEMS) problems.push(`${collection} ${id}: ${wrong}`);
        }
        const kind = sample === null ? 'verify' : 'verify-sample';
        return { kind, ok: figures.faults === 0, problems, figures };
      });
    },

    /** Makes a backup, restores it beside the database, compares, and drops it. What a killed one left is removed first. */
    async rehearseRestore(): Promise<UpkeepResult> {
      return withHeartbeat(async (signal) => {
        const backups = join(dataFolder, 'backups');
        await removeRests(backups);
        const folder = join(backups, `${DRILL}${Date.now()}`);
        const drill = await drillBackup(db, { folder, mode, withPersonal: false, signal, onStep: () => undefined });
        const { ok, problems, collections, documents, bytes, createMs, restoreMs } = drill;
        const figures = { collections, documents, bytes, createMs, restoreMs };
        return { kind: 'restore-drill', ok, problems: problems.slice(0, MOST_PROBLEMS), figures };
      });
    },

    /** Keeps a result, for the next run summary. */
    async keepUpkeep({ name, result }: { readonly name: string; readonly result: UpkeepResult }): Promise<void> {
      await noteUpkeep(db, name, result, new Date());
    },
  };
}

async function removeRests(backups: string): Promise<void> {
  await mkdir(backups, { recursive: true });
  const names = await readdir(backups);
  for (const name of names.filter((one) => one.startsWith(DRILL)))
    await rm(join(backups, name), { recursive: true, force: true });
}

export type UpkeepActivities = ReturnType<typeof createUpkeepActivities>;
