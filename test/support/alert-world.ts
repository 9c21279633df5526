import type { Db } from 'mongodb';
import { createAlertActivities } from '../../activities/alerts.js';
import { type Config, loadConfig } from '../../core/config.js';
import { MEASURES, type Measure } from '../../core/schemas/alerts.js';
import { createOfflineSources } from '../../sources/offline.js';
import type { AlertTransitionDocument } from '../../store/alerts/documents.js';
import { type Database, openDatabase } from '../../store/database.js';
import type { MachineFigures } from '../../store/detectors/context.js';
import { startTestDatabase } from './mongodb.js';

/** 07:30 in Phoenix on the second of March: the night is over, nobody is left in peace. */
export const NOW_MS = Date.parse('2026-03-02T14:30:00Z');
export const CALM: MachineFigures = { cpu: 0.1, memory: 0.2, disk: 0.3 };

export interface Staging {
  readonly machine?: () => Promise<MachineFigures>;
  readonly variables?: Readonly<Record<string, string>>;
}

/** A database of its own with the activities of alerts on it. */
export interface AlertStage {
  readonly db: Db;
  readonly config: Config;
  readonly database: Database;
  readonly activities: ReturnType<typeof createAlertActivities>;
  evaluateAt(atMs: number, measures?: readonly Measure[]): Promise<void>;
  transitionsOf(rule: string): Promise<readonly AlertTransitionDocument[]>;
}

export interface AlertWorld {
  readonly url: string;
  fresh(name: string, staging?: Staging): Promise<AlertStage>;
  /** The same in a database of exactly this name. */
  named(name: string, staging?: Staging): Promise<AlertStage>;
  stop(): Promise<void>;
}

/** One database server for all cases; each case has a database of its own name. */
export async function startAlertWorld(): Promise<AlertWorld> {
  const server = await startTestDatabase();
  const open = await openDatabase(server.url, 'alerts');
  const named: AlertWorld['named'] = async (name, { machine = async () => CALM, variables = {} } = {}) => {
    const db = open.client.db(name);
    const config = loadConfig({ env: { PHOENIX_MODE: 'demo', ...variables }, file: '/dev/null' });
    const database = { db, client: open.client, close: async () => undefined };
    const sources = createOfflineSources(config);
    const activities = createAlertActivities({ config, database, sources, machine });
    return {
      ...{ db, config, database, activities },
      evaluateAt: async (atMs, measures = MEASURES) => {
        const { unknown } = await activities.evaluateMarket({ market: 'phoenix', atMs, measures });
        if (unknown.length > 0) throw new Error(`measures failed: ${unknown.join('; ')}`);
      },
      transitionsOf: (rule) =>
        db.collection<AlertTransitionDocument>('alert_transitions').find({ rule }).sort({ seq: 1 }).toArray(),
    };
  };
  return {
    url: server.url,
    named,
    fresh: (name, staging) => named(`alerts_${name}`, staging),
    stop: async () => {
      await open.close();
      await server.stop();
    },
  };
}
