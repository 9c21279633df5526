import type { Program } from './resolved.js';
import { SEARCH_ATTRIBUTES } from './temporal-ready.js';

export interface TemporalServerOptions {
  readonly cliPath: string;
  readonly port: number;
  /** Null: no Web UI. */
  readonly uiPort: number | null;
  readonly namespace: string;
  /** Null: kept in memory, gone with the process. */
  readonly databaseFile: string | null;
}

/** Command of a Temporal dev server with our namespace and search attributes; a later start on the same file adds what is missing. */
export function temporalServer({ cliPath, port, uiPort, namespace, databaseFile }: TemporalServerOptions): Program {
  const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const ui = uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch'];
  const file = databaseFile === null ? [] : ['--db-filename', databaseFile];
  const address = ['--ip', '127.0.0.1', '--port', String(port)];
  const quiet = ['--log-level', 'warn', '--disable-config-file', '--disable-config-env'];
  const args = ['server', 'start-dev', ...address, ...ui, ...file, '--namespace', namespace, ...attributes, ...quiet];
  return { command: cliPath, args };
}
