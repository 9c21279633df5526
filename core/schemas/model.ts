/** How the next batch is to be cut. Plain data, kept in the state of the workflow. */
export interface BatchControl {
  /** Properties of the next batch. */
  readonly size: number;
  /** Properties at a time. */
  readonly lanes: number;
  /** Smoothed time a property takes, all lanes together; null before the first that could be measured. */
  readonly msPerProperty: number | null;
  /** Batches in a row without trouble. */
  readonly clean: number;
  /** Speed before another lane was added; null when none is on trial. */
  readonly trialMs: number | null;
  /** Batches until another lane may be tried. */
  readonly rest: number;
  /** Why it is cut like this, in words. */
  readonly why: string;
}

/** What came of a batch. */
export interface BatchMeasure {
  readonly claimed: number;
  /** Of those, the ones the model was really asked about: neither known answers nor properties without anything to say. */
  readonly asked: number;
  readonly milliseconds: number;
  /** Requests that got no answer in time. */
  readonly timeouts: number;
  /** Requests that got none for another reason. */
  readonly refused: number;
  /** Lanes that the machine of the model has room for. */
  readonly lanesAtMost: number;
  /** True when its memory is nearly used up. */
  readonly memoryLow: boolean;
}

/** What is done about a model that gives no answers. */
export type CareStep = 'wait' | 'reload' | 'restart';
