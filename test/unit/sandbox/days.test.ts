import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { createDays } from '../../../sandbox/days.js';
import { showDay } from '../../../sandbox/reso-days.js';
import { createResoDesk } from '../../../sandbox/reso-desk.js';
import { createWorld } from '../../../sandbox/world.js';

const ZIPS = ['85031', '85033', '85035'];
const folder = mkdtempSync(join(tmpdir(), 'phoenix-days-'));
const file = join(folder, 'truth.jsonl');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const recordings = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');
const start = () =>
  createWorld({
    recordings,
    parcelsPerZip: 100,
    seed: 'days',
    listings: 150,
  });

function twoWeeks(to: string | null) {
  const days = createDays(start(), { count: 14, zips: ZIPS, file: to });
  const all = [days.today];
  while (all.length < 14) all.push(days.next());
  return { days, all };
}

it('moves by 3 % changed, 1 % gone and 1 % new a day, and each thing at most once but for its return', () => {
  const { days, all } = twoWeeks(file);
  expect(() => days.next()).toThrow();
  const [, second] = all;
  const count = (about: string, kinds: readonly string[]) =>
    new Set(second?.happenings.filter((one) => one.about === about && kinds.includes(one.kind)).map(({ id }) => id))
      .size;
  expect([count('listing', ['new']), count('listing', ['gone'])]).toEqual([2, 1]);
  expect([count('parcel', ['new']), count('parcel', ['gone'])]).toEqual([3, 3]);
  expect(count('listing', ['price cut', 'price rise', 'status', 'back on market', 'sold'])).toBe(4);
  expect(count('parcel', ['valuation', 'sold', 'owner class'])).toBe(8);
  const changes = all.flatMap(({ day, happenings }) =>
    [
      ...new Set(
        happenings
          .filter(({ kind }) => kind !== 'new')
          .map(
            ({ id, kind, before, after }) =>
              `${id} ${kind === 'back on market' && JSON.stringify(before) === JSON.stringify(after)}`,
          ),
      ),
    ].map((one) => `${day} ${one}`),
  );
  const ids = changes.map((one) => one.slice(one.indexOf(' ') + 1));
  expect(new Set(ids).size).toBe(ids.length);
  for (const kind of [
    'new',
    'price cut',
    'price rise',
    'status',
    'back on market',
    'gone',
    'sold',
    'owner class',
    'valuation',
  ])
    expect(all.flatMap(({ happenings }) => happenings.map((one) => one.kind))).toContain(kind);
});

it('shows on each day what its truth says, and moves the same way for the same seed', () => {
  const { days, all } = twoWeeks(null);
  const shown = ZIPS.flatMap((zip) => days.world.parcelsOf(zip))
    .map(({ facts }) => facts.apn)
    .sort();
  expect(shown).toEqual((all.at(-1)?.parcels ?? []).map(({ facts }) => facts.apn).sort());
  const gone = all
    .flatMap(({ happenings }) => happenings)
    .find(({ kind, about }) => kind === 'gone' && about === 'parcel');
  expect(days.world.parcel(gone?.id ?? '')).toBeNull();
  const written = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(written).toEqual(JSON.parse(JSON.stringify(all.map(({ day, happenings }) => ({ day, happenings })))));
});

it.each(['days', 'phoenix', 'a', 'b', 'c', 'd'])('is shown by the RESO service on each day, seed %s', (seed) => {
  const world = createWorld({ recordings, parcelsPerZip: 60, seed, listings: 90 });
  const days = createDays(world, { count: 14, zips: ZIPS, file: null });
  const desk = createResoDesk(days.world);
  const onMarket = () => desk.rows().flatMap(({ ListingId, MlsStatus }) => (MlsStatus === 'Closed' ? [] : [ListingId]));
  for (let day = days.today; ; day = days.next()) {
    if (day.day > 1) showDay(desk, day, seed);
    const there = day.listings.map(({ listingId }) => listingId);
    expect([day.day, onMarket().sort()]).toEqual([day.day, there.sort()]);
    if (day.day === 14) return;
  }
});
