/** How one part of the stack stands. */
export interface DoctorLine {
  readonly part:
    | 'config'
    | 'temporal'
    | 'mongodb'
    | 'llm'
    | 'browser'
    | 'smtp'
    | 'disk'
    | 'clock'
    | 'roster'
    | 'alerts';
  /** `warning`: the day runs, but something of it will be missing. `problem`: it cannot run. */
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was seen, without secrets. */
  readonly evidence: string;
  /** What to do; null when nothing. */
  readonly fix: string | null;
}
