import { createProxyPool, type ProxyPool } from '../../net/proxies/pool.js';
import { createWebshare } from '../../net/proxies/webshare.js';
import { createFaults, type Faults } from '../../sandbox/faults.js';
import { createRandom } from '../../sandbox/random.js';
import { createRequestLog, type LoggedRequest, type RequestLog } from '../../sandbox/request-log.js';
import { startWebshare, type WebshareService } from '../../sandbox/webshare.js';
import type { ProxyLedger } from '../../store/proxies.js';

const KEY = 'sandbox-webshare-key';

/** The proxy service with its proxies, without the rest of the sandbox. */
export interface ProxyWorld {
  readonly webshare: WebshareService;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** Requests that proxies took, oldest first; `query.proxy` names each. */
  carried(): readonly LoggedRequest[];
  /** A pool as one worker has it. */
  poolOf(ledger: ProxyLedger, more?: { readonly poolSize?: number; readonly apiKey?: string }): ProxyPool;
  stop(): Promise<void>;
}

export async function startProxyWorld(proxies: number): Promise<ProxyWorld> {
  const log = createRequestLog(null);
  const faults = createFaults(createRandom('proxies'));
  const webshare = await startWebshare({ log, faults, key: KEY, proxies });
  return {
    webshare,
    faults,
    log,
    carried: () => log.entries({ service: 'proxy' }),
    poolOf(ledger, { poolSize = 10, apiKey = KEY } = {}) {
      const service = createWebshare({
        baseUrl: webshare.url,
        apiKey,
        userAgent: 'test',
        countries: [],
        timeoutMs: 3_000,
      });
      return createProxyPool({ service, ledger, poolSize, reloadAfterMs: 0 });
    },
    stop: () => webshare.stop(),
  };
}
