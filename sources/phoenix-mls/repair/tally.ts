/** How often a candidate gave what is known. */
export interface Tally {
  readonly agree: number;
  /** Gave something else, or nothing that can be read. */
  readonly wrong: number;
  /** Places where there was something to compare with. */
  readonly known: number;
  /** Different values among the agreements: a candidate that agrees on one value alone may do so by chance. */
  readonly values: number;
  /** Longest text that agreed. */
  readonly longest: number;
}

/** A comparison of one candidate in one place. Null text: the candidate found nothing there. */
export interface Trial {
  readonly text: string | null;
  /** Null: nothing is known to compare with. */
  readonly agrees: boolean | null;
}

export function tallyOf(trials: readonly Trial[]): Tally {
  const compared = trials.filter((trial) => trial.agrees !== null);
  const found = compared.filter(({ text }) => text !== null);
  const agreed = found.filter((trial) => trial.agrees).flatMap(({ text }) => text ?? []);
  return {
    agree: agreed.length,
    wrong: found.length - agreed.length,
    known: compared.length,
    values: new Set(agreed).size,
    longest: Math.max(0, ...agreed.map(({ length }) => length)),
  };
}

/** Known values age: a price may have changed since. So large a share may differ, and of six or more at least one. */
const WRONG_SHARE = 0.1;
const FEW = 6;
const LEAST_AGREEMENTS = 3;
/** Words this long do not agree by chance, even when they are always the same (the attribution). */
const TELLING_LENGTH = 40;

/** Whether so many differ that it cannot be the age of what is known. */
export function differsTooOften(wrong: number, all: number): boolean {
  return wrong > Math.max(all >= FEW ? 1 : 0, Math.floor(all * WRONG_SHARE));
}

/** Null when a candidate may be accepted; else why not, for the person who decides. */
export function doubtOf(tally: Tally, leastShare: number, isExpected: boolean): string | null {
  const { agree, wrong, known, values, longest } = tally;
  if (agree < LEAST_AGREEMENTS) return `agrees in ${agree} of ${known} places`;
  if (differsTooOften(wrong, agree + wrong)) return `differs in ${wrong} of ${agree + wrong} places`;
  if (agree + wrong < known * leastShare) return `found in ${agree + wrong} of ${known} places`;
  const byChance = values < 2 && longest < TELLING_LENGTH && !isExpected;
  return byChance ? 'agrees on one and the same value: may be chance' : null;
}

/** The better of two first: fewer differences weigh more than more agreements. */
export function compareTallies(one: Tally, other: Tally): number {
  return other.agree - 3 * other.wrong - (one.agree - 3 * one.wrong);
}
