import { compareAddresses } from './address-match.js';
import { compareGrounds, compareNumbers, comparePlaces } from './fact-match.js';
import { COMPARED_NUMBERS, type Profile } from './profile.js';
import type { Band, Reason } from './reasons.js';
import { oneSlipApart } from './slips.js';

/** Name of these rules and weights; a link says which made it. */
export const RULES = 'resolve-1';

/** Bits from which a pair is merged, and from which it is a person's question. Tuned on one seed of the sandbox's pairs. */
const MERGE_FROM = 8.25;
const REVIEW_FROM = 3;
/** Bits at which a pair is as likely one thing as two: what pairs of one block start from. */
const EVEN_AT = 4;

/** Reasons that name the thing by themselves. */
const IDENTITY: ReadonlySet<string> = new Set(['parcel-number', 'listing-number']);
const ADDRESS: ReadonlySet<string> = new Set(['address', 'address-with-gaps']);
const WHOLE_ADDRESS: ReadonlySet<string> = new Set(['address']);
const PHYSICAL: readonly string[] = ['living-area', 'year-built', 'lot-size'];

/** How likely two things are one, why, and what follows. */
export interface PairScore {
  /** 0 to 1, three decimals. */
  readonly score: number;
  /** Sum of the weights. */
  readonly bits: number;
  readonly band: Band;
  /** Strongest first. */
  readonly reasons: readonly Reason[];
}

/**
 * Compares two things of one county. Pure and symmetric: with the sides changed only the sides of the evidence change.
 * Two parcels are never one thing.
 */
export function scorePair(left: Profile, right: Profile): PairScore {
  if (left.county !== right.county || (left.kind === 'parcel' && right.kind === 'parcel'))
    return { score: 0, bits: Number.NEGATIVE_INFINITY, band: 'apart', reasons: [] };
  const reasons = [
    compareParcelNumbers(left, right),
    compareListingNumbers(left, right),
    bestAddress(left, right),
    ...COMPARED_NUMBERS.map((field) => compareNumbers(field, left, right)),
    comparePlaces(left, right),
    compareGrounds(left, right),
  ]
    .flatMap((reason) => reason ?? [])
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || (a.name < b.name ? -1 : 1));
  const bits = reasons.reduce((sum, { weight }) => sum + weight, 0);
  return { score: Math.round(1_000 / (1 + 2 ** (EVEN_AT - bits))) / 1_000, bits, band: bandOf(bits, reasons), reasons };
}

/** True when number and address both name the thing. */
export function isCertain({ reasons }: PairScore): boolean {
  const names = reasons.map(({ name }) => name);
  return names.includes('parcel-number') && names.some((name) => ADDRESS.has(name));
}

function bandOf(bits: number, reasons: readonly Reason[]): Band {
  const has = (names: ReadonlySet<string>) => reasons.some(({ name }) => names.has(name));
  const identified = has(IDENTITY);
  if (reasons.some(({ against }) => against === 'other')) return identified ? 'review' : 'apart';
  if (isDoubtful(reasons)) {
    return identified || has(WHOLE_ADDRESS) || bits >= REVIEW_FROM ? 'review' : 'apart';
  }
  if (bits >= MERGE_FROM && (identified || has(ADDRESS))) return 'merge';
  return bits >= REVIEW_FROM ? 'review' : 'apart';
}

/**
 * One fact that differs is a source's mistake where number and whole address name the thing and another fact agrees: it is shown as a
 * contradiction. Everything else is a doubt.
 */
function isDoubtful(reasons: readonly Reason[]): boolean {
  const doubts = reasons.filter(({ against }) => against === 'doubt');
  const names = new Set(reasons.map(({ name }) => name));
  const isNamed = names.has('parcel-number') && names.has('address');
  const isMistake = doubts.length === 1 && doubts.every(({ name }) => name.endsWith('-differs'));
  return doubts.length > 0 && !(isNamed && isMistake && PHYSICAL.some((name) => names.has(name)));
}

/** `Assessor #` and APN, dashes and letters normalised. One slip, and the parts of a split lot, are told from other numbers. */
function compareParcelNumbers(left: Profile, right: Profile): Reason | null {
  const [a, b] = [left.parcelNumbers, right.parcelNumbers];
  if (a.length === 0 || b.length === 0) return null;
  const evidence = { left: a.join(' / '), right: b.join(' / ') };
  const some = (holds: (one: string, other: string) => boolean) =>
    a.some((one) => b.some((other) => holds(one, other)));
  // Two numbers on one side: one of them is wrong, and no rule knows which.
  if (some((one, other) => one === other))
    return a.length + b.length === 2
      ? { name: 'parcel-number', weight: 8, against: null, evidence }
      : { name: 'parcel-number', weight: 4, against: 'doubt', evidence };
  const lot = (number: string) => number.replace(/[A-Z]$/, '');
  if (some((one, other) => lot(one) === lot(other)))
    return { name: 'part-of-a-split-lot', weight: -1, against: 'doubt', evidence };
  if (some(oneSlipApart)) return { name: 'parcel-number-one-slip-apart', weight: -2, against: 'doubt', evidence };
  return { name: 'other-parcel-number', weight: -4, against: 'doubt', evidence };
}

function compareListingNumbers(left: Profile, right: Profile): Reason | null {
  const shared = left.listingIds.filter((id) => right.listingIds.includes(id));
  if (shared.length === 0) return null;
  const evidence = { left: shared.join(' / '), right: shared.join(' / ') };
  return { name: 'listing-number', weight: 6, against: null, evidence };
}

/** Of many addresses the two that agree best. */
function bestAddress(left: Profile, right: Profile): Reason | null {
  const compared = left.addresses.flatMap((one) =>
    right.addresses.flatMap((other) => compareAddresses(one, other) ?? []),
  );
  const text = ({ evidence, name }: Reason) => [name, ...[evidence.left, evidence.right].sort()].join();
  return [...compared].sort((a, b) => b.weight - a.weight || (text(a) < text(b) ? -1 : 1))[0] ?? null;
}
