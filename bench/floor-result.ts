/** Database of the bare loop, beside that of the product on the same server. */
export const FLOOR_DATABASE = 'phoenix_floor';

/** What the bare loop prints when it has ended. */
export interface FloorResult {
  readonly records: number;
  readonly wallMs: number;
  /** Of its one process. */
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number;
}
