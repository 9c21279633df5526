import { appendFileSync } from 'node:fs';
import { normaliseParcelNumber } from '../core/ids.js';
import type { ChangedValues, ChangeKind } from '../core/schemas/changes.js';
import { changeListing, changeParcel } from './day-changes.js';
import type { Listing } from './listing.js';
import type { Parcel } from './parcel.js';
import { createRandom, type Random } from './random.js';
import type { World } from './world.js';

/** Something that happened in the world from one day to the next. */
export interface Happening {
  readonly about: 'listing' | 'parcel';
  /** Listing id or compact parcel number. */
  readonly id: string;
  readonly zip: string;
  readonly kind: ChangeKind;
  readonly before: ChangedValues | null;
  readonly after: ChangedValues | null;
}

/** A day of the world. */
export interface WorldDay {
  /** The first day is 1. */
  readonly day: number;
  /** What happened since the day before, nothing on the first. */
  readonly happenings: readonly Happening[];
  /** What is there on this day; listings that were sold are not. */
  readonly listings: readonly Listing[];
  readonly parcels: readonly Parcel[];
}

/** A world that moves from day to day. The same seed gives the same days. */
export interface Days {
  /** The world of the day that it is; services that read it at each request show the new day at once. */
  readonly world: World;
  readonly today: WorldDay;
  /** @throws Error after the last day */
  next(): WorldDay;
}

export interface DaysOptions {
  /** How many days there are, the first one among them. */
  readonly count: number;
  /** ZIP codes whose parcels and listings move; the others stay as they are. */
  readonly zips: readonly string[];
  /** Where the happenings of each day are written, a JSON line a day; null: nowhere. */
  readonly file: string | null;
}

const CHANGED = 0.03;
const GONE = 0.01;
const NEW = 0.01;
/** A listing that went without a word comes back after so many days, every second one of them. */
const AWAY_DAYS = 4;

interface Moving<T> {
  shown: T[];
  /** Not there yet; they come one by one. */
  readonly later: T[];
  /** Things that something happened to: nothing else does. So a day that was not seen hides nothing of the next. */
  readonly touched: Set<string>;
}

/**
 * Makes a world move: each day 3 % of what is there changes, 1 % goes and 1 % comes, at least one of each, listings and parcels by
 * themselves. What comes is kept back from the world that is given.
 */
export function createDays(start: World, { count, zips, file }: DaysOptions): Days {
  const random = createRandom(`${start.seed}/days`);
  const listings = moving(start.listings, count, (one) => zips.includes(one.zip));
  const parcels = moving(zips.flatMap(start.parcelsOf), count, ({ origin }) => origin === 'synthetic');
  const away: { readonly listing: Listing; readonly backOn: number }[] = [];
  let today: WorldDay = { day: 1, happenings: [], listings: [...listings.shown], parcels: [...parcels.shown] };
  note(file, today);

  function listingsMove(day: number, draw: Random): readonly Happening[] {
    const back = away.flatMap(({ listing, backOn }) => (backOn === day ? [listing] : []));
    const came = takeLater(listings);
    const picked = pick(
      listings,
      ({ listingId }) => listingId,
      ({ zip }) => zips.includes(zip),
      draw,
    );
    const changed = picked.changed.map((one, at) => ({ one, ...changeListing(one, at + day, day) }));
    replace(listings, picked.gone, changed, ({ listingId }) => listingId);
    listings.shown.push(...came, ...back);
    away.push(
      ...picked.gone.filter((_, at) => (at + day) % 2 === 0).map((listing) => ({ listing, backOn: day + AWAY_DAYS })),
    );
    const told = (
      one: Listing,
      kind: ChangeKind,
      before: ChangedValues | null,
      after: ChangedValues | null,
    ): Happening => ({
      about: 'listing',
      id: one.listingId,
      zip: one.zip,
      kind,
      before,
      after,
    });
    return [
      ...changed.map(({ one, kind, before, after }) => told(one, kind, before, after)),
      ...picked.gone.map((one) => told(one, 'gone', listingValues(one), null)),
      ...came.map((one) => told(one, 'new', null, listingValues(one))),
      ...back.map((one) => told(one, 'back on market', listingValues(one), listingValues(one))),
    ];
  }

  function parcelsMove(day: number, draw: Random): readonly Happening[] {
    const idOf = ({ facts }: Parcel) => facts.apn;
    const came = takeLater(parcels);
    const picked = pick(parcels, idOf, ({ origin }) => origin === 'synthetic', draw);
    const changed = picked.changed.map((one, at) => ({ one, ...changeParcel(one, at + day, day) }));
    replace(parcels, picked.gone, changed, idOf);
    parcels.shown.push(...came);
    const told = (
      one: Parcel,
      kind: ChangeKind,
      before: ChangedValues | null,
      after: ChangedValues | null,
    ): Happening => ({
      about: 'parcel',
      id: one.facts.apn,
      zip: one.facts.zip,
      kind,
      before,
      after,
    });
    return [
      ...changed.flatMap(({ one, told: changes }) =>
        changes.map(({ kind, before, after }) => told(one, kind, before, after)),
      ),
      ...picked.gone.map((one) => told(one, 'gone', {}, null)),
      ...came.map((one) => told(one, 'new', null, {})),
    ];
  }

  return {
    world: movingWorld(start, zips, listings, parcels),
    get today() {
      return today;
    },
    next() {
      const day = today.day + 1;
      if (day > count) throw new Error(`the world has ${count} days`);
      const draw = random.fork(`day-${day}`);
      const happenings = [...listingsMove(day, draw.fork('listings')), ...parcelsMove(day, draw.fork('parcels'))];
      today = { day, happenings, listings: [...listings.shown], parcels: [...parcels.shown] };
      note(file, today);
      return today;
    },
  };
}

function moving<T>(all: readonly T[], days: number, mayCome: (one: T) => boolean): Moving<T> {
  const perDay = Math.max(1, Math.ceil(all.length * NEW));
  const kept = new Set(all.filter(mayCome).slice(-perDay * (days - 1)));
  return { shown: all.filter((one) => !kept.has(one)), later: [...kept], touched: new Set() };
}

function takeLater<T>({ shown, later }: Moving<T>): readonly T[] {
  return later.splice(0, Math.max(1, Math.ceil(shown.length * NEW)));
}

function pick<T>({ shown, touched }: Moving<T>, idOf: (one: T) => string, may: (one: T) => boolean, draw: Random) {
  const free = draw.shuffle(shown.filter((one) => may(one) && !touched.has(idOf(one))));
  const changes = Math.max(1, Math.round(shown.length * CHANGED));
  const goes = Math.max(1, Math.round(shown.length * GONE));
  const picked = free.slice(0, changes + goes);
  for (const one of picked) touched.add(idOf(one));
  return { changed: picked.slice(0, changes), gone: picked.slice(changes) };
}

function replace<T>(
  things: Moving<T>,
  gone: readonly T[],
  changed: readonly { readonly one: T; readonly now: T | null }[],
  idOf: (one: T) => string,
): void {
  const now = new Map(changed.map((change) => [idOf(change.one), change.now] as const));
  const left = new Set(gone.map(idOf));
  things.shown = things.shown.flatMap((one) => {
    if (left.has(idOf(one))) return [];
    const changedTo = now.get(idOf(one));
    if (changedTo === null) return [];
    return [changedTo ?? one];
  });
}

function movingWorld(start: World, zips: readonly string[], listings: Moving<Listing>, parcels: Moving<Parcel>): World {
  const isMoving = new Set(zips);
  const parcelsOf = (zip: string) =>
    isMoving.has(zip) ? parcels.shown.filter(({ facts }) => facts.zip === zip) : start.parcelsOf(zip);
  return {
    ...start,
    parcelsOf,
    parcel(apn) {
      const known = start.parcel(apn);
      if (known === null || !isMoving.has(known.facts.zip)) return known;
      const compact = normaliseParcelNumber(apn);
      return parcels.shown.find(({ facts }) => facts.apn === compact) ?? null;
    },
    get listings() {
      return listings.shown;
    },
  };
}

/** What an event shows of a listing that comes or goes. */
function listingValues({ status, listPrice }: Listing): ChangedValues {
  return { StandardStatus: status, ListPrice: listPrice };
}

function note(file: string | null, { day, happenings }: WorldDay): void {
  if (file !== null) appendFileSync(file, `${JSON.stringify({ day, happenings })}\n`);
}
