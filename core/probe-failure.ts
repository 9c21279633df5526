import { type ErrorCode, type PhoenixError, RateLimited } from './errors.js';
import type { ProbeResult } from './source.js';

/**
 * What a probe says of a request that gave no usable answer.
 * @param states how a code is told; left out of it: `down`
 */
export function probeFailure(
  problem: PhoenixError,
  states: Readonly<Partial<Record<ErrorCode, ProbeResult['state']>>>,
): ProbeResult {
  const { code, message } = problem;
  const said = { state: states[code] ?? 'down', evidence: `${code}: ${message}` } as const;
  return problem instanceof RateLimited ? { ...said, retryAfterMs: problem.retryAfterMs } : said;
}
