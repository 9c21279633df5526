import { answered, FIRST_PATIENCE, type Patience, patienceMs, timedOut } from '../domain/model-patience.js';

/** How long the requests of this process wait for the model, by what its answers took. */
export interface ModelPatience {
  timeoutMs(): number;
  /** When the last answer came, epoch ms; null before the first. */
  lastAnswerAtMs(): number | null;
  answered(tookMs: number): void;
  timedOut(): void;
}

export function createPatience(now: () => number = Date.now): ModelPatience {
  let patience: Patience = FIRST_PATIENCE;
  let lastMs: number | null = null;
  return {
    timeoutMs: () => patienceMs(patience),
    lastAnswerAtMs: () => lastMs,
    answered(tookMs) {
      patience = answered(patience, tookMs);
      lastMs = now();
    },
    timedOut() {
      patience = timedOut(patience);
    },
  };
}
