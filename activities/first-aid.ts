import type { Config } from '../core/config.js';
import { productName } from '../core/paths.js';
import type { RecoveryTry } from '../core/schemas/incidents.js';
import { SOURCE_NAMES } from '../core/schemas/names.js';
import { describeModelServer } from '../llm/model-server.js';
import { checkProxies } from '../net/proxies/check.js';
import { createWebshare } from '../net/proxies/webshare.js';
import type { Database } from '../store/database.js';
import { permissionHeld } from '../store/decisions.js';
import { frozenError } from '../store/emergency.js';
import { createProxyLedger } from '../store/proxies.js';
import { withHeartbeat } from './heartbeat.js';

export interface FirstAidDeps {
  readonly config: Config;
  readonly database: Database;
}

type Tried = Pick<RecoveryTry, 'outcome' | 'text'>;

/** What the machine tries about an incident by itself. A repeat tries again. */
export function createFirstAidActivities({ config, database: { db } }: FirstAidDeps) {
  return {
    /**
     * Speaks to database and model server anew: connections that died are replaced by it. That it runs at all says that worker and
     * Temporal are well. @throws StoreUnavailable (retried)
     */
    async probeComponents(): Promise<Tried> {
      return withHeartbeat(async () => {
        const began = performance.now();
        await db.command({ ping: 1 });
        const database = `database answers in ${Math.round(performance.now() - began)} ms`;
        const { reachable } = await describeModelServer(config.ollamaHost, config.ollamaModel);
        const model = reachable ? 'model server answers' : 'model server does not answer, rules go on without it';
        return { outcome: 'done', text: `worker and Temporal are well; ${database}; ${model}` };
      });
    },

    /** Reads the list of proxies anew and tries each: those that fail rest, others take their place. @throws NoProxyLeft, ProxyFailed */
    async checkPool(): Promise<Tried> {
      const { webshareApiKey: apiKey, webshareBaseUrl: baseUrl, proxyCountries: countries, proxyCheckUrl } = config;
      if (apiKey === null) return { outcome: 'nothing', text: 'WEBSHARE_API_KEY is not set' };
      const permitted = await Promise.all(SOURCE_NAMES.map((name) => permissionHeld(db, name, 'proxies')));
      if (!permitted.includes(true)) return { outcome: 'nothing', text: 'no source may go through proxies' };
      const frozen = await frozenError(db);
      if (frozen !== null) return { outcome: 'nothing', text: frozen.message };
      const userAgent = productName(config.contact);
      const service = createWebshare({ baseUrl, apiKey, userAgent, countries });
      const deps = { service, ledger: createProxyLedger(db), checkUrl: proxyCheckUrl, userAgent };
      const { checked } = await withHeartbeat((signal) => checkProxies(deps, signal));
      const well = checked.filter(({ ok }) => ok).length;
      return {
        outcome: well > 0 ? 'done' : 'failed',
        text: `${well} of ${checked.length} proxies work, the others rest`,
      };
    },
  };
}

export type FirstAidActivities = ReturnType<typeof createFirstAidActivities>;
