import type { ComparedNumber, Place, Profile } from './profile.js';
import type { Reason } from './reasons.js';

/** How far two numbers are apart, and what that says. The first step that holds counts; past the last one: `beyond`. */
interface Scale {
  readonly name: string;
  readonly gap: (left: number, right: number) => number;
  readonly steps: readonly { readonly upTo: number; readonly weight: number }[];
  readonly beyond: { readonly weight: number; readonly against: Reason['against'] };
}

const relative = (left: number, right: number) => Math.abs(left - right) / Math.max(left, right);
const absolute = (left: number, right: number) => Math.abs(left - right);

/** A listing rounds an area, or counts a patio; a fifth more is seen, a third more is another house (assumed, tuned on one seed). */
const SCALES: Readonly<Record<ComparedNumber, Scale>> = {
  LivingArea: {
    name: 'living-area',
    gap: relative,
    steps: [
      { upTo: 0.02, weight: 2 },
      { upTo: 0.1, weight: 0.5 },
      { upTo: 0.25, weight: -1 },
    ],
    beyond: { weight: -4, against: 'doubt' },
  },
  YearBuilt: {
    name: 'year-built',
    gap: absolute,
    steps: [
      { upTo: 0, weight: 2 },
      { upTo: 1, weight: 1 },
      { upTo: 4, weight: -1 },
    ],
    beyond: { weight: -4, against: 'doubt' },
  },
  LotSizeSquareFeet: {
    name: 'lot-size',
    gap: relative,
    steps: [
      { upTo: 0.02, weight: 1.5 },
      { upTo: 0.15, weight: 0 },
      { upTo: 0.35, weight: -1 },
    ],
    beyond: { weight: -3, against: 'doubt' },
  },
  BedroomsTotal: {
    name: 'bedrooms',
    gap: absolute,
    steps: [
      { upTo: 0, weight: 0.5 },
      { upTo: 1, weight: -0.5 },
    ],
    beyond: { weight: -2, against: null },
  },
};

/** Metres within which two points are one lot, and past which they are not. */
const SAME_LOT_M = 60;
const OTHER_LOT_M = 500;

/** What a number of both sides says; null when one side does not state it. Of many values the closest two count. */
export function compareNumbers(field: ComparedNumber, left: Profile, right: Profile): Reason | null {
  const { name, gap, steps, beyond } = SCALES[field];
  const [a, b] = [left.numbers[field], right.numbers[field]];
  if (a.length === 0 || b.length === 0) return null;
  const least = Math.min(...a.flatMap((one) => b.map((other) => gap(one, other))));
  const evidence = { left: a.join(' / '), right: b.join(' / ') };
  const step = steps.find(({ upTo }) => least <= upTo);
  if (step === undefined) return { name: `${name}-differs`, ...beyond, evidence };
  return { name: step.weight > 0 ? name : `${name}-near`, weight: step.weight, against: null, evidence };
}

/** What the points on the map say; null when one side has none, or when they are neither near nor far. */
export function comparePlaces(left: Profile, right: Profile): Reason | null {
  if (left.places.length === 0 || right.places.length === 0) return null;
  const metres = Math.min(...left.places.flatMap((one) => right.places.map((other) => metresBetween(one, other))));
  const evidence = { left: left.places.map(text).join(' / '), right: right.places.map(text).join(' / ') };
  if (metres <= SAME_LOT_M) return { name: 'place', weight: 1.5, against: null, evidence };
  return metres > OTHER_LOT_M ? { name: 'place-differs', weight: -3, against: 'doubt', evidence } : null;
}

/** A house on one side and bare land on the other. */
export function compareGrounds(left: Profile, right: Profile): Reason | null {
  const [a, b] = [left.grounds[0], right.grounds[0]];
  if (a === undefined || b === undefined || a === b) return null;
  return { name: 'house-and-bare-land', weight: -3, against: 'doubt', evidence: { left: a, right: b } };
}

/** On a plane: good to a metre over the half kilometre that matters. */
function metresBetween(one: Place, other: Place): number {
  const north = (one.latitude - other.latitude) * 111_320;
  const middle = (((one.latitude + other.latitude) / 2) * Math.PI) / 180;
  return Math.hypot(north, (one.longitude - other.longitude) * 111_320 * Math.cos(middle));
}

const text = ({ latitude, longitude }: Place) => `${latitude}, ${longitude}`;
