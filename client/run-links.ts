import { join } from 'node:path';
import type { Config } from '../core/config.js';

/** Addresses about a run; null where there is none. */
export interface RunLinks {
  /** The run in the Temporal Web UI. */
  readonly temporal: string | null;
}

export function linksOf(config: Config, workflowId: string): RunLinks {
  const { temporalUiUrl, temporalNamespace } = config;
  if (temporalUiUrl === null) return { temporal: null };
  return { temporal: `${temporalUiUrl}/namespaces/${temporalNamespace}/workflows/${encodeURIComponent(workflowId)}` };
}

/** Absolute path of a kept report; null when it was not written. */
export function reportPath(config: Config, report: string | null): string | null {
  return report === null ? null : join(config.dataFolder, report);
}
