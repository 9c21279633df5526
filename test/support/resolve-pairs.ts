import { join } from 'node:path';
import { projectRoot } from '../../core/paths.js';
import type { FactValue } from '../../core/schemas/facts.js';
import { type PairScore, scorePair } from '../../domain/resolve/pair-score.js';
import { type Profile, profileOf, type Said } from '../../domain/resolve/profile.js';
import { drawPairs, type LabelledPair, type PairSide } from '../../sandbox/labelled-pairs.js';
import { resoRecord } from '../../sandbox/reso-record.js';
import { canonicalTruth } from '../../sandbox/truth.js';
import { createWorld } from '../../sandbox/world.js';

export const COUNTY = 'us-az-maricopa';

/** A record with these facts. */
export function said(recordId: string, values: Readonly<Record<string, FactValue>>): Said {
  return { recordId, facts: Object.entries(values).map(([name, value]) => ({ name, value })) };
}

export const listingOf = (key: string, values: Readonly<Record<string, FactValue>>): Profile =>
  profileOf('listing', COUNTY, [said(`phoenix-mls:${key}`, values)]);
export const parcelOf = (apn: string, values: Readonly<Record<string, FactValue>>): Profile =>
  profileOf('parcel', COUNTY, [said(`maricopa-assessor:${apn}`, { ParcelNumber: apn, ...values })]);

/** Facts as JSON truth has them; what is null or an object is no fact. */
function factsOf(truth: Readonly<Record<string, unknown>>): Readonly<Record<string, FactValue>> {
  return Object.fromEntries(
    Object.entries(truth).flatMap(([name, value]): [string, FactValue][] =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : [],
    ),
  );
}

function profileOfSide(side: PairSide): Profile {
  return side.kind === 'parcel'
    ? parcelOf(side.parcel.facts.apn, factsOf(canonicalTruth(side.parcel)))
    : listingOf(side.listing.listingId, factsOf(resoRecord(side.listing, 'pairs').truth));
}

export interface ScoredPair extends Pick<LabelledPair, 'kind' | 'same' | 'trap'> {
  readonly left: Profile;
  readonly right: Profile;
  readonly score: PairScore;
}

/** The labelled pairs of one seed, scored. */
export function scoredPairs(seed: string): readonly ScoredPair[] {
  const recordings = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');
  const world = createWorld({ recordings, parcelsPerZip: 60, seed, listings: 110 });
  return drawPairs(world).map(({ kind, same, trap, left: one, right: other }) => {
    const [left, right] = [profileOfSide(one), profileOfSide(other)];
    return { kind, same, trap, left, right, score: scorePair(left, right) };
  });
}

/** How automatic merges compare with the truth. A pair that is left to a person counts as not merged. */
export function measure(pairs: readonly Pick<ScoredPair, 'same' | 'trap' | 'score'>[]) {
  const count = (holds: (pair: Pick<ScoredPair, 'same' | 'trap' | 'score'>) => boolean) => pairs.filter(holds).length;
  const right = count(({ same, score }) => same && score.band === 'merge');
  const wrong = count(({ same, score }) => !same && score.band === 'merge');
  const missed = count(({ same, score }) => same && score.band !== 'merge');
  const precision = right / (right + wrong);
  const recall = right / (right + missed);
  return {
    pairs: pairs.length,
    traps: count(({ trap }) => trap),
    wrongOnTraps: count(({ same, trap, score }) => trap && !same && score.band === 'merge'),
    wrong,
    review: count(({ score }) => score.band === 'review'),
    precision,
    recall,
    f1: (2 * precision * recall) / (precision + recall),
  };
}
