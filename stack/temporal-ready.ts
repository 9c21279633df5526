import { Connection, type ConnectionOptions, type OperatorService } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { errorCode } from './error-code.js';
import { waitUntil } from './wait-until.js';

/** Search attributes of our workflows with their types; SQLite allows 10 Keyword ones in all. */
export const SEARCH_ATTRIBUTES = {
  PxMarket: 'Keyword',
  PxRunDate: 'Keyword',
  PxSource: 'Keyword',
  PxZip: 'Keyword',
  PxRunKind: 'Keyword',
  PxSeverity: 'Keyword',
  PxSaved: 'Int',
} as const;

/** Values of `temporal.api.enums.v1.IndexedValueType`. */
const INDEXED_VALUE_TYPE = { Keyword: 2, Int: 3 } as const;
/** The dev server's own default is 24 hours, which would lose the history of yesterday's run. */
const RETENTION_MS = 30 * 24 * 60 * 60_000;
const GRPC_NOT_FOUND = 5;
const GRPC_ALREADY_EXISTS = 6;

/** Version of the server at the address. @throws when it does not answer within `timeoutMs` */
export async function askTemporal(options: ConnectionOptions, timeoutMs: number): Promise<string> {
  const connection = await Connection.connect({ ...options, connectTimeout: timeoutMs });
  try {
    return (await connection.workflowService.getSystemInfo({})).serverVersion ?? 'unknown';
  } finally {
    await connection.close();
  }
}

/** Waits for the server. @returns its version, null when the time is over */
export function temporalReady(
  address: string,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<string | null> {
  return waitUntil(() => askTemporal({ address }, 1_000).catch(() => null), options);
}

/**
 * Creates the namespace and our search attributes where they are missing. Safe to repeat.
 * @param ownServer true for a server of ours: its namespace is then set to 30 days of history
 * @throws the service's error, for example without permission
 */
export async function prepareNamespace(
  options: ConnectionOptions,
  namespace: string,
  ownServer: boolean,
): Promise<void> {
  const connection = await Connection.connect(options);
  try {
    await ensureNamespace(connection, namespace, ownServer);
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}

async function ensureNamespace({ workflowService }: Connection, namespace: string, ownServer: boolean): Promise<void> {
  const workflowExecutionRetentionPeriod = msToTs(RETENTION_MS);
  try {
    await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    return;
  } catch (error) {
    if (errorCode(error) !== GRPC_ALREADY_EXISTS) throw error;
  }
  if (ownServer) {
    await workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION_MS) },
    });
  }
}

async function ensureSearchAttributes({ operatorService }: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await waitForNamespace(operatorService, namespace);
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_VALUE_TYPE[type]]));
  await operatorService.addSearchAttributes({ namespace, searchAttributes });
}

/** A new namespace is known to the whole server only after its caches have been refreshed. */
async function waitForNamespace(operatorService: OperatorService, namespace: string) {
  const listed = await waitUntil(
    () =>
      operatorService.listSearchAttributes({ namespace }).catch((error: unknown) => {
        if (errorCode(error) === GRPC_NOT_FOUND) return null;
        throw error;
      }),
    { timeoutMs: 30_000 },
  );
  if (listed === null) throw new Error(`namespace ${namespace} was created but does not appear`);
  return listed;
}
