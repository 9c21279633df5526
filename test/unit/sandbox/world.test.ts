import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { normaliseParcelNumber } from '../../../core/ids.js';
import { projectRoot } from '../../../core/paths.js';
import type { HiddenFactName } from '../../../sandbox/listing.js';
import { OWNER_CANARIES } from '../../../sandbox/owners.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { canonicalTruth } from '../../../sandbox/truth.js';
import { createWorld, MARKET_ZIPS } from '../../../sandbox/world.js';

const RECORDINGS = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');
const world = createWorld({ recordings: RECORDINGS, parcelsPerZip: 120, seed: 'test' });
const parcels = world.zips.flatMap((zip) => world.parcelsOf(zip));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the parcels', () => {
  it('are the same for one seed, others for another', () => {
    const text = (seed: string): string => {
      const made = createWorld({ recordings: RECORDINGS, parcelsPerZip: 40, seed });
      return JSON.stringify([made.zips.map((zip) => made.parcelsOf(zip).map(({ row }) => row)), made.listings]);
    };
    expect(text('a')).toBe(text('a'));
    expect(text('a')).not.toBe(text('b'));
  });

  it('fill market ZIPs and ZIPs of recorded documents, and nothing else', () => {
    const counts = Object.fromEntries(world.zips.map((zip) => [zip, world.parcelsOf(zip).length]));
    expect(counts).toMatchObject({
      '85031': 120,
      '85033': 120,
      '85035': 120,
      '85028': 120,
      '85374': 120,
      '85379': 120,
    });
    expect(world.parcelsOf('85009').every(({ origin }) => origin === 'recorded-row')).toBe(true);
    expect(world.recordedZips).toEqual(expect.arrayContaining(['85028', '85031', '85033', '85374', '85379']));
  });

  it('have numbers of their own that stand nowhere in the recordings', () => {
    const apns = parcels.map(({ facts }) => facts.apn);
    expect(new Set(apns).size).toBe(apns.length);
    expect(apns.every((apn) => normaliseParcelNumber(apn) === apn)).toBe(true);
    const synthetic = parcels.filter(({ origin }) => origin === 'synthetic');
    const recorded = JSON.stringify(world.recordings.all().flat()).replaceAll('-', '');
    expect(synthetic.filter(({ facts }) => recorded.includes(facts.apn))).toEqual([]);
  });

  it('have sizes, years and oddities like the county’s', () => {
    const homes = parcels.flatMap(({ facts }) => facts.home ?? []);
    const middle = [...homes].map(({ livingArea }) => livingArea ?? 0).sort((a, b) => a - b)[homes.length >> 1];
    expect(middle).toBeGreaterThan(1_500);
    expect(middle).toBeLessThan(2_400);
    const documents = parcels
      .filter(({ origin }) => origin === 'synthetic')
      .map((parcel) => JSON.stringify(parcel.document()));
    for (const oddity of [
      '"Pool":false',
      /"Pool":"\d+"/,
      '"Zoning":[]',
      '"Ownership":"NA"',
      /"AssessedLPV":"\d+ +"/,
      'VACANT LAND RESIDENTIAL ',
      '"LivableSpace":null',
    ]) {
      const rows = parcels.map(({ row }) => JSON.stringify(row));
      expect([...documents, ...rows].some((text) => text.search(oddity) >= 0 || text.includes(String(oddity)))).toBe(
        true,
      );
    }
  });

  it('carry canary words in owners alone', () => {
    const synthetic = parcels.filter(({ origin }) => origin === 'synthetic');
    const marked = (value: unknown) => OWNER_CANARIES.some((word) => JSON.stringify(value).includes(word));
    expect(synthetic.filter((parcel) => marked(parcel.document())).length).toBeGreaterThan(synthetic.length / 15);
    for (const parcel of synthetic) {
      const { Owner, RentalInformation, ...rest } = parcel.document();
      expect(marked(rest)).toBe(false);
      expect(marked(canonicalTruth(parcel))).toBe(false);
    }
    expect(marked(world.listings)).toBe(false);
  });

  it('have canonical values that agree with the recorded document', () => {
    const parcel = world.parcel('501-79-577');
    expect(parcel && canonicalTruth(parcel)).toMatchObject({
      ParcelNumber: '50179577',
      UnparsedAddress: '15847 W PORT ROYALE LN SURPRISE 85379',
      City: 'SURPRISE',
      PostalCode: '85379',
      PropertyType: 'Residential',
      PropertySubType: 'Single Family Residence',
      PublicSurveyTownship: '3N',
    });
  });
});

describe('the listings', () => {
  it('are 40 over the market’s ZIPs, tied to parcels, two without a parcel number', () => {
    expect(world.listings).toHaveLength(40);
    expect(new Set(world.listings.map(({ zip }) => zip))).toEqual(new Set(MARKET_ZIPS));
    expect(world.listings.filter(({ assessorNumber }) => assessorNumber === null)).toHaveLength(2);
    expect(new Set(world.listings.map(({ listingId }) => listingId)).size).toBe(40);
    for (const { parcelNumber, assessorNumber, zip, listingId } of world.listings) {
      expect(listingId).toMatch(/^\d{7}$/);
      expect(world.parcel(parcelNumber)?.facts.zip).toBe(zip);
      if (assessorNumber !== null) expect(normaliseParcelNumber(assessorNumber)).toBe(parcelNumber);
    }
  });

  it('mostly agree with their parcel on the living area', () => {
    const equal = world.listings.filter(
      (one) => one.livingArea === world.parcel(one.parcelNumber)?.facts.home?.livingArea,
    );
    expect(equal.length).toBeGreaterThanOrEqual(28);
    expect(equal.length).toBeLessThan(40);
  });

  it('hide facts in remarks of at least four styles, each with its words', () => {
    expect(new Set(world.listings.map(({ remarkStyle }) => remarkStyle)).size).toBeGreaterThanOrEqual(4);
    const told = new Set<string>();
    for (const { remarks, hiddenFacts, hiddenFactSpans } of world.listings) {
      expect(remarks).not.toMatch(/[<>{}]|undefined|null/);
      const known = Object.keys(hiddenFacts).filter((name): name is HiddenFactName => name in hiddenFacts);
      for (const name of known) {
        const span = hiddenFactSpans[name];
        expect(span === undefined).toBe(hiddenFacts[name] === null);
        if (span !== undefined) expect(remarks).toContain(span);
        if (span !== undefined) told.add(name);
      }
    }
    expect([...told].sort()).toEqual(['cooling', 'floodIrrigation', 'hoaMonthlyUsd', 'pool', 'roof', 'solar']);
  });
});

describe('a recordings folder', () => {
  const good = {
    recorded_at: '2026-01',
    kind: 'recorded',
    request: { method: 'GET', path: '/search/property/', query: { q: '85777' } },
    response: {
      status: 200,
      reason: 'OK',
      headers: { 'content-type': 'application/json' },
      body: {
        TOTAL: 1,
        Results: [
          {
            APN: '30301001',
            SitusZip: '85777',
            SitusAddress: '1 E FIRST ST',
            SitusCity: 'MESA',
            PropertyType: 'RESIDENTIAL',
            MCR: '1',
            SubdivisonName: 'ONE',
            SectionTownshipRange: '11N5E',
            Ownership: 'OWNER 1',
            RentalID: null,
          },
        ],
      },
    },
  };

  it('that was never seen works the same, without the table of homes', () => {
    const own = mkdtempSync(join(folder, 'unseen-'));
    const document = world.parcel('501-79-577')?.document() ?? {};
    const parcel = { ...good, request: { method: 'GET', path: '/parcel/303-01-002', query: {} } };
    writeFileSync(join(own, 'search.json'), JSON.stringify(good));
    writeFileSync(
      join(own, 'parcel.json'),
      JSON.stringify({
        ...parcel,
        response: {
          ...good.response,
          body: { ...document, PropertyAddress: '2 E FIRST ST MESA 85778', LocalJusidiction: 'MESA' },
        },
      }),
    );
    const made = createWorld({ recordings: own, parcelsPerZip: 30, seed: 'x' });
    expect(made.zips).toEqual([...MARKET_ZIPS, '85777', '85778']);
    expect(made.zips.map((zip) => made.parcelsOf(zip).length)).toEqual([30, 30, 30, 1, 30]);
    expect(made.parcel('303-01-002')?.facts.street).toBe('2 E FIRST ST');
    expect(made.listings).toHaveLength(40);
  });

  it('with wrong files is refused, each file by name', () => {
    const own = mkdtempSync(join(folder, 'wrong-'));
    writeFileSync(join(own, 'a-good.json'), JSON.stringify(good));
    writeFileSync(join(own, 'b-text.json'), 'not json');
    writeFileSync(join(own, 'c-list.json'), '[]');
    writeFileSync(
      join(own, 'd-status.json'),
      JSON.stringify({ ...good, response: { ...good.response, status: '200' } }),
    );
    writeFileSync(join(own, 'e-when.json'), JSON.stringify({ ...good, recorded_at: 'yesterday' }));
    writeFileSync(
      join(own, 'f-path.json'),
      JSON.stringify({ ...good, request: { method: 'GET', path: 'parcel', query: {} } }),
    );
    const start = () => createWorld({ recordings: own, parcelsPerZip: 1, seed: 'x' });
    expect(start).toThrow(
      expect.objectContaining({
        code: 'BadConfig',
        faults: [
          expect.stringMatching(/^b-text\.json: /),
          expect.stringMatching(/^c-list\.json: /),
          expect.stringMatching(/^d-status\.json: .*status/),
          expect.stringMatching(/^e-when\.json: .*recorded_at/),
          expect.stringMatching(/^f-path\.json: .*path/),
        ],
      }),
    );
  });

  it.each(['missing', '.'])('that is %s or empty is refused', (name) => {
    const own = mkdtempSync(join(folder, 'none-'));
    expect(() => createWorld({ recordings: join(own, name), parcelsPerZip: 1, seed: 'x' })).toThrow(
      expect.objectContaining({ code: 'BadConfig' }),
    );
  });
});

it('writes truth, log and mails to the files it is given', async () => {
  const own = mkdtempSync(join(folder, 'files-'));
  const options = {
    truthFile: join(own, 'deep', 'truth.json'),
    logFile: join(own, 'log.jsonl'),
    mailFolder: join(own, 'mails'),
  };
  const sandbox = await startSandbox({ ...options, parcelsPerZip: 30 });
  await (await fetch(`${sandbox.county.url}/parcel/165-28-054`)).text();
  await sandbox.stop();
  const truth = JSON.parse(readFileSync(options.truthFile, 'utf8'));
  const { zips, otherZips, parcelsOf } = sandbox.world;
  expect(truth.parcels).toHaveLength([...zips, ...otherZips].flatMap((zip) => parcelsOf(zip)).length);
  expect(truth.listings).toHaveLength(40);
  expect(JSON.parse(readFileSync(options.logFile, 'utf8'))).toMatchObject({ service: 'county', status: 500 });
});
