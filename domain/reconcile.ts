/** What a prepaid account says at two moments, and what was booked between them. Micro-dollars. */
export interface BalanceSpan {
  readonly beforeUsdMicros: number;
  readonly afterUsdMicros: number;
  readonly bookedUsdMicros: number;
  /** Of it: what may turn out cheaper, as estimates and solutions that were complained about. */
  readonly doubtfulUsdMicros: number;
}

/** What a span means. */
export interface BalanceVerdict {
  /**
   * `equal`: the ledger is right; `unbooked`: the provider took more than was booked; `credit`: it took less, and as much was in doubt;
   * `top-up`: the account rose by more than that, so somebody paid in, and what was taken meanwhile cannot be told.
   */
  readonly kind: 'equal' | 'unbooked' | 'credit' | 'top-up';
  /** What the provider took more than was booked; below 0 when less. */
  readonly differenceUsdMicros: number;
  /** What is to be booked as a correction. */
  readonly correctionUsdMicros: number;
}

/** Holds a balance against the ledger. */
export function judgeBalance(span: BalanceSpan): BalanceVerdict {
  const { beforeUsdMicros, afterUsdMicros, bookedUsdMicros, doubtfulUsdMicros } = span;
  const difference = beforeUsdMicros - afterUsdMicros - bookedUsdMicros;
  if (difference === 0) return { kind: 'equal', differenceUsdMicros: 0, correctionUsdMicros: 0 };
  const found = { differenceUsdMicros: difference, correctionUsdMicros: difference };
  if (difference > 0) return { kind: 'unbooked', ...found };
  if (-difference <= doubtfulUsdMicros) return { kind: 'credit', ...found };
  return { kind: 'top-up', differenceUsdMicros: difference, correctionUsdMicros: 0 };
}

/** Days that a balance lasts at a mean cost of a day; null when nothing is spent. */
export function daysLeft(balanceUsdMicros: number, perDayUsdMicros: number): number | null {
  return perDayUsdMicros <= 0 ? null : balanceUsdMicros / perDayUsdMicros;
}

/** Share of a difference in what was booked, 0 and more; a difference to nothing booked is all of it. */
export function shareOff(differenceUsdMicros: number, bookedUsdMicros: number): number {
  if (differenceUsdMicros === 0) return 0;
  return bookedUsdMicros === 0 ? 1 : Math.abs(differenceUsdMicros) / Math.abs(bookedUsdMicros);
}
