import type { SourceName } from '../core/schemas/names.js';
import type { ProbeResult } from '../core/source.js';
import { probeOn } from './activity-proxies.js';

/** Input of `probeSource`. */
export interface ProbeSourceInput {
  readonly source: SourceName;
  /** Queue whose workers may talk to the source. */
  readonly taskQueue: string;
}

/** One known-good call to a source, through the same ceiling and audit as every other request. */
export async function probeSource({ source, taskQueue }: ProbeSourceInput): Promise<ProbeResult> {
  return probeOn(taskQueue).probeSource({ source });
}
