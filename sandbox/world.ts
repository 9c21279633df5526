import { normaliseParcelNumber } from '../core/ids.js';
import { renderDocument, renderRow } from './county-document.js';
import { drawListings } from './draw-listings.js';
import { drawParcel } from './draw-parcel.js';
import { type Exchange, loadRecordings } from './exchange.js';
import { createHomeSampler, type HomeSampler } from './homes.js';
import type { Listing } from './listing.js';
import type { Parcel } from './parcel.js';
import { createPlace, type Place } from './places.js';
import { createRandom, type Random } from './random.js';
import { gatherRecordedParcels, type RecordedParcel, worldParcel } from './recorded-parcels.js';
import { indexRecordings, type Recordings } from './recordings.js';

/** ZIP codes of the default market; always in the world. */
export const MARKET_ZIPS: readonly string[] = ['85031', '85033', '85035'];
/** ZIP codes of the other markets of the county: served to whoever asks for them. */
const OTHER_MARKETS_ZIPS: readonly string[] = ['85250', '85251', '85257'];

export interface WorldOptions {
  /** Folder of recorded exchanges. */
  readonly recordings: string;
  /** Most parcels of a ZIP, recorded ones included. */
  readonly parcelsPerZip: number;
  readonly seed: string;
  /** Default 40; fewer when there are not that many homes. */
  readonly listings?: number;
}

/** The truth behind every answer of the sandbox on one day. The same options give the same world. */
export interface World {
  readonly seed: string;
  /** Day that the world shows, `YYYY-MM-DD`: that of the newest recording. */
  readonly day: string;
  readonly recordings: Recordings;
  /** Every ZIP with parcels: the market's, then those of `recordedZips` that are not among them. */
  readonly zips: readonly string[];
  /** ZIPs of other markets of the county, filled like those of the default one. */
  readonly otherZips: readonly string[];
  /** ZIPs named by recorded parcel documents and search rows. */
  readonly recordedZips: readonly string[];
  /** Parcels of a ZIP in the order of its search; empty for a ZIP that is not in the world. */
  parcelsOf(zip: string): readonly Parcel[];
  /** @param apn any written form */
  parcel(apn: string): Parcel | null;
  readonly listings: readonly Listing[];
}

/**
 * Builds the world of one day. Market ZIPs and ZIPs of recorded parcel documents are filled up to `parcelsPerZip` with
 * synthetic parcels; a ZIP known from search rows alone holds just those, so that stray rows do not multiply the work.
 * @throws BadConfig naming every file of the folder that is not of the form
 */
export function createWorld({ recordings: folder, parcelsPerZip, seed, listings = 40 }: WorldOptions): World {
  const { exchanges, homesCsv } = loadRecordings(folder);
  const recordings = indexRecordings(exchanges);
  const recorded = gatherRecordedParcels(recordings);
  const random = createRandom(seed);
  const day = newestDay(exchanges);
  const recordedZips = distinct(recorded.flatMap(({ zip }) => zip ?? [])).sort();
  const filled = new Set([...MARKET_ZIPS, ...recorded.flatMap(({ zip, document }) => (document ? (zip ?? []) : []))]);
  const zips = distinct([...MARKET_ZIPS, ...recordedZips]);
  const ground: Ground = {
    random,
    sampleHome: createHomeSampler(homesCsv),
    taxYear: Number(day.slice(0, 4)) + 1,
    takenApns: apnsIn(exchanges),
    usedStreets: new Set(
      recorded.flatMap(({ row }) => (typeof row?.SitusAddress === 'string' ? row.SitusAddress : [])),
    ),
  };
  const byZip = new Map<string, readonly Parcel[]>();
  zips.forEach((zip, index) => {
    const own = recorded.filter((parcel) => parcel.zip === zip).slice(0, parcelsPerZip);
    byZip.set(zip, parcelsOfZip(zip, own, filled.has(zip) ? parcelsPerZip : own.length, index, ground));
  });
  const otherZips = OTHER_MARKETS_ZIPS.filter((zip) => !zips.includes(zip));
  otherZips.forEach((zip, index) => {
    byZip.set(zip, parcelsOfZip(zip, [], parcelsPerZip, zips.length + index, ground));
  });
  const byApn = new Map([...byZip.values()].flat().map((parcel) => [parcel.facts.apn, parcel]));
  const parcelsOf = (zip: string): readonly Parcel[] => byZip.get(zip) ?? [];
  return {
    seed,
    day,
    recordings,
    zips,
    otherZips,
    recordedZips,
    parcelsOf,
    parcel: (apn) => byApn.get(normaliseParcelNumber(apn) ?? '') ?? null,
    listings: drawListings({
      marketParcels: MARKET_ZIPS.map(parcelsOf),
      otherParcels: zips.filter((zip) => !MARKET_ZIPS.includes(zip)).flatMap(parcelsOf),
      count: listings,
      day,
      random: random.fork('listings'),
    }),
  };
}

/** What all ZIPs are drawn from. The two sets grow. */
interface Ground {
  readonly random: Random;
  readonly sampleHome: HomeSampler;
  readonly taxYear: number;
  readonly takenApns: Set<string>;
  readonly usedStreets: Set<string>;
}

function parcelsOfZip(
  zip: string,
  recorded: readonly RecordedParcel[],
  count: number,
  zipIndex: number,
  ground: Ground,
): readonly Parcel[] {
  const random = ground.random.fork(`zip-${zip}`);
  const known = {
    city: recorded.find(({ city }) => city !== null)?.city ?? null,
    book: recorded[0]?.apn.slice(0, 3) ?? null,
  };
  const place = createPlace(zip, known, ground.usedStreets, random.fork('place'));
  const draw = (label: string, serial: number) => ({
    place,
    random: random.fork(label),
    sampleHome: ground.sampleHome,
    taxYear: ground.taxYear,
    serial: 10_000 * (zipIndex + 1) + serial,
  });
  const parcels = recorded.map((parcel, index) => worldParcel(parcel, { ...draw(parcel.apn, index), canary: false }));
  for (let index = 0; parcels.length < count; index += 1) {
    const apn = nextApn(place, index, ground.takenApns);
    // The first synthetic parcel of each ZIP and every tenth after it carry canary words.
    const facts = drawParcel({ ...draw(`synthetic-${index}`, 1_000 + index), apn, canary: index % 10 === 0 });
    parcels.push({ facts, origin: 'synthetic', row: renderRow(facts), document: () => renderDocument(facts) });
  }
  return parcels;
}

/** Neighbours have neighbouring numbers. Maps from 60 up are not among the recorded ones, and `taken` makes sure. */
function nextApn({ book }: Place, index: number, taken: Set<string>): string {
  for (let serial = index; ; serial += 1) {
    const map = 60 + (Math.floor(serial / 400) % 40);
    const item = 1 + (serial % 400) + 400 * Math.floor(serial / 16_000);
    const apn = `${book}${map}${String(item).padStart(3, '0')}${serial % 29 === 28 ? 'A' : ''}`;
    if (taken.has(apn)) continue;
    taken.add(apn);
    return apn;
  }
}

/** Every parcel number that stands anywhere in the recordings, requests for unknown ones included. */
function apnsIn(exchanges: readonly Exchange[]): Set<string> {
  const found = new Set<string>();
  for (const exchange of exchanges) {
    for (const [text] of JSON.stringify([exchange.request, exchange.response.body]).matchAll(
      /\b\d{3}-?\d{2}-?\d{3}[A-Z]?\b/g,
    )) {
      const apn = normaliseParcelNumber(text);
      if (apn !== null) found.add(apn);
    }
  }
  return found;
}

function newestDay(exchanges: readonly Exchange[]): string {
  return new Date(Math.max(...exchanges.map(({ recordedAtMs }) => recordedAtMs))).toISOString().slice(0, 10);
}

function distinct(zips: readonly string[]): string[] {
  return [...new Set(zips)];
}
