import { isListingProperty } from '../../core/ids.js';
import { isCertain, type PairScore, scorePair } from './pair-score.js';
import type { Profile } from './profile.js';
import type { Reason } from './reasons.js';

/** A parcel that records of the county speak of. */
export interface ParcelThing {
  readonly propertyId: string;
  readonly profile: Profile;
}

/** One listing. */
export interface ListingThing {
  readonly recordId: string;
  /** The id that it has alone, and goes back to when a link is taken back. */
  readonly ownId: string;
  /** Property it belongs to at the moment. */
  readonly propertyId: string;
  /** Ids of the parcels that it names itself. */
  readonly statedIds: readonly string[];
  readonly firstSeenAtMs: number;
  readonly profile: Profile;
}

/** A person's word on a pair. It holds whatever the rules say. */
export interface PairLabel {
  readonly recordId: string;
  readonly propertyId: string;
  readonly label: 'merged' | 'apart';
  readonly by: string;
  readonly note: string;
}

/** How a listing stands to a property. */
export type LinkState = 'merged' | 'review' | 'apart';

export interface Link {
  readonly recordId: string;
  readonly propertyId: string;
  readonly state: LinkState;
  /** The word that decided; null: the rules. */
  readonly label: PairLabel | null;
  /** 0 to 1. */
  readonly score: number;
  readonly reasons: readonly Reason[];
  /** Records of the other side that were compared. */
  readonly comparedWith: readonly string[];
}

/** Where a listing belongs, and why. */
export interface Verdict {
  readonly recordId: string;
  readonly propertyId: string;
  /** Merged ones, and those that a person is asked about or decided; the first is the one that counts. */
  readonly links: readonly Link[];
  /** The link that a person should look at; null when nothing is open. */
  readonly ask: Link | null;
}

export interface Neighbourhood {
  /** Listings to judge. */
  readonly focus: ReadonlySet<string>;
  /** Those to judge and all that share a block with one of them. */
  readonly listings: readonly ListingThing[];
  readonly parcels: readonly ParcelThing[];
  readonly labels: readonly PairLabel[];
}

interface Candidate {
  readonly propertyId: string;
  readonly pair: PairScore;
  readonly other: Profile;
  readonly label: PairLabel | null;
}

/**
 * Says for each listing in focus where it belongs. Pure; the order of what is given never matters, and the outcome rests on
 * records and labels alone, save that a listing outside the focus is taken to belong where it is.
 *
 * A listing belongs to the one parcel that it matches; to the parcel whose number it states where the county has not spoken of that
 * yet and nothing contradicts; to the first listing of the same home; else to itself. Of two parcels that could be meant, a rule
 * takes one only when number and address name it.
 */
export function decide({ focus, listings, parcels, labels }: Neighbourhood): readonly Verdict[] {
  const labelOf = new Map(labels.map((label) => [`${label.recordId} ${label.propertyId}`, label]));
  const known = new Set(parcels.map(({ propertyId }) => propertyId));
  const inOrder = [...listings].sort((a, b) => a.firstSeenAtMs - b.firstSeenAtMs || (a.recordId < b.recordId ? -1 : 1));
  const places = new Map(
    inOrder.filter(({ recordId }) => !focus.has(recordId)).map((one) => [one.recordId, one.propertyId]),
  );
  const judged = inOrder.filter(({ recordId }) => focus.has(recordId));
  const toParcel = new Map(judged.map((one) => [one.recordId, againstParcels(one, parcels, inOrder, known, labelOf)]));
  for (const [recordId, { propertyId }] of toParcel) if (propertyId !== null) places.set(recordId, propertyId);
  return judged.map((one) => {
    const found = toParcel.get(one.recordId);
    if (found === undefined) throw new Error(`${one.recordId} was not judged`);
    if (found.propertyId !== null) return { recordId: one.recordId, ...found, propertyId: found.propertyId };
    const verdict = againstListings(one, found.links, { inOrder, places, known, labelOf });
    places.set(one.recordId, verdict.propertyId);
    return verdict;
  });
}

interface Found {
  /** Null: no parcel. */
  readonly propertyId: string | null;
  readonly links: readonly Link[];
  readonly ask: Link | null;
}

function againstParcels(
  one: ListingThing,
  parcels: readonly ParcelThing[],
  listings: readonly ListingThing[],
  known: ReadonlySet<string>,
  labelOf: ReadonlyMap<string, PairLabel>,
): Found {
  const candidates = parcels
    .map(({ propertyId, profile }): Candidate => {
      const label = labelOf.get(`${one.recordId} ${propertyId}`) ?? null;
      return { propertyId, pair: scorePair(one.profile, profile), other: profile, label };
    })
    .filter(({ pair, label }) => pair.band !== 'apart' || label !== null)
    .sort(byScore);
  const open = candidates.filter(({ label }) => label === null);
  const chosen = candidates.find(({ label }) => label?.label === 'merged') ?? theOne(open);
  if (chosen !== undefined) {
    const others = candidates.filter((other) => other !== chosen && other.label !== null);
    return {
      propertyId: chosen.propertyId,
      links: [chosen, ...others].map((each) => linkOf(one, each, chosen)),
      ask: null,
    };
  }
  const links = candidates.map((each) => linkOf(one, each, null));
  const ask = links.find(({ state }) => state === 'review') ?? null;
  if (open.length > 0) return { propertyId: null, links, ask };
  return { propertyId: believedNumber(one, listings, known, labelOf), links, ask };
}

/** The only candidate that may be merged; none where another might be meant as well. */
function theOne(candidates: readonly Candidate[]): Candidate | undefined {
  const [first, ...others] = candidates.filter(({ pair }) => pair.band === 'merge');
  const certain = candidates.filter(({ pair }) => pair.band === 'merge' && isCertain(pair));
  if (certain.length === 1) return certain[0];
  return others.length === 0 && candidates.length === 1 ? first : undefined;
}

/** The parcel that a listing names, where the county is silent and no other listing under that number is another home. */
function believedNumber(
  one: ListingThing,
  listings: readonly ListingThing[],
  known: ReadonlySet<string>,
  labelOf: ReadonlyMap<string, PairLabel>,
): string | null {
  const [stated, ...more] = one.statedIds;
  if (stated === undefined || more.length > 0 || known.has(stated)) return null;
  if (labelOf.get(`${one.recordId} ${stated}`)?.label === 'apart') return null;
  const others = listings.filter((other) => other !== one && other.statedIds.includes(stated));
  return others.some((other) => scorePair(one.profile, other.profile).band !== 'merge') ? null : stated;
}

interface Listings {
  readonly inOrder: readonly ListingThing[];
  readonly places: ReadonlyMap<string, string>;
  /** Parcels that were compared already. */
  readonly known: ReadonlySet<string>;
  readonly labelOf: ReadonlyMap<string, PairLabel>;
}

/** Relists: the listing joins the first one of the same home. Where a parcel is in question, that question comes first. */
function againstListings(one: ListingThing, asked: readonly Link[], listings: Listings): Verdict {
  const candidates = listingCandidates(one, listings);
  const open = candidates.filter(({ label }) => label === null);
  const isAsked = asked.some(({ state }) => state === 'review');
  const chosen = candidates.find(({ label }) => label?.label === 'merged') ?? (isAsked ? undefined : theOne(open));
  const links = [...asked, ...candidates.map((each) => linkOf(one, each, chosen ?? null))].sort(
    (a, b) => Number(b.state === 'merged') - Number(a.state === 'merged'),
  );
  const ask = chosen === undefined ? (links.find(({ state }) => state === 'review') ?? null) : null;
  return { recordId: one.recordId, propertyId: chosen?.propertyId ?? one.ownId, links, ask };
}

/** Properties of other listings that could be the same home. A property is as near as the farthest of its listings. */
function listingCandidates(one: ListingThing, { inOrder, places, known, labelOf }: Listings): readonly Candidate[] {
  const mine = inOrder.indexOf(one);
  const all = inOrder.flatMap((other, at): readonly Candidate[] => {
    const propertyId = places.get(other.recordId);
    if (at === mine || propertyId === undefined || propertyId === one.ownId || known.has(propertyId)) return [];
    // The first listing names the home: it never moves to a later one.
    if (isListingProperty(propertyId) && at > mine) return [];
    const label = labelOf.get(`${one.recordId} ${propertyId}`) ?? null;
    return [{ propertyId, pair: scorePair(one.profile, other.profile), other: other.profile, label }];
  });
  const farthest = new Map([...all].sort(byScore).map((candidate) => [candidate.propertyId, candidate]));
  return [...farthest.values()].filter(({ pair, label }) => pair.band !== 'apart' || label !== null).sort(byScore);
}

function linkOf(one: ListingThing, candidate: Candidate, chosen: Candidate | null): Link {
  const { propertyId, pair, other, label } = candidate;
  return {
    recordId: one.recordId,
    propertyId,
    state: candidate === chosen ? 'merged' : label === null ? 'review' : 'apart',
    label,
    score: pair.score,
    reasons: pair.reasons,
    comparedWith: other.recordIds,
  };
}

function byScore(a: Candidate, b: Candidate): number {
  return b.pair.score - a.pair.score || (a.propertyId < b.propertyId ? -1 : 1);
}
