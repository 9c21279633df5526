/** What the system does by itself about trouble, before it asks a person (spec A3). */
export type RecoveryAction =
  /** The same step again. */
  | 'retry'
  /** The step again once a limit, a `Retry-After` or an open circuit let it. */
  | 'waited-rate-limit'
  | 'rotated-proxy'
  | 'other-credential'
  | 'restarted-browser'
  | 'reloaded-model'
  | 'restarted-model'
  /** Properties keep the words of the rules, and are read by the model later. */
  | 'fell-back-to-rules'
  | 'reconnected-database'
  | 'alternative-source'
  /** Another worker, or the same one after a restart, took over. */
  | 'another-worker'
  /** What is not complete is run again. */
  | 'ran-again';

/** How it ended: put right without a person, or given up. */
export type RecoveryOutcome = 'recovered' | 'failed';
