import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../../core/hash.js';
import { PERSONAL_CLASSES, type PersonalClass } from '../../../../core/schemas/personal.js';
import { countySource, EXCHANGES, payload, payloadOf, recordedBody } from '../../../support/county-source.js';
import { personalWordsIn } from '../../../support/personal-words.js';

const RENTED = 'parcel_50903889_2025-02.json';
const KEY = '50903889';

const factsOf = (classes: readonly string[], kind: string, key: string | null, json: Json) =>
  countySource(undefined, { personalData: classes }).personalFacts?.(payload(kind, key, json)) ?? [];
const ofRented = (...classes: readonly PersonalClass[]) =>
  Object.fromEntries(factsOf(classes, 'parcel', KEY, recordedBody(RENTED)).map(({ name, value }) => [name, value]));

describe('personal values', () => {
  it('are none of any recorded answer while no class is switched on', () => {
    const source = countySource();
    for (const exchange of EXCHANGES) {
      const raw = payloadOf(exchange);
      if (raw) expect([exchange.file, source.personalFacts?.(raw)]).toEqual([exchange.file, []]);
    }
  });

  it.each<[PersonalClass, RegExp, number]>([
    ['owner-name', /^(Owner\.(Ownership|InCareOf|ContoOwnership)|RentalInformation\.Owner(Name|BusinessEntity))$/, 2],
    ['mailing-address', /^(Owner\.(Full)?Mailing\w+|RentalInformation\.OwnerAddress)$/, 5],
    ['telephone', /^RentalInformation\.\w+Phone$/, 3],
    ['rental-contact', /^RentalInformation\.(Agent|BusinessContact)(Name|Address)$/, 4],
  ])('of the class %s alone are those of its fields', (name, fields, least) => {
    const names = Object.keys(ofRented(name));
    expect(names.length).toBeGreaterThanOrEqual(least);
    for (const one of names) expect(one).toMatch(fields);
  });

  it('of all classes are all but ids and account numbers', () => {
    const values = ofRented(...PERSONAL_CLASSES);
    expect(values['RentalInformation.AgentName']).toBe('OWNER 0017');
    expect(values['RentalInformation.OwnerPhone']).toBe('6025550171');
    const owner = Object(recordedBody(RENTED)).Owner;
    expect(values['Owner.Ownership']).toBe(owner.Ownership.trim());
    expect(JSON.stringify(values)).not.toContain(owner.OwnerID);
  });

  it.each([
    ['are withheld by the county', 'parcel_50192652_earlier.json', '50192652'],
    ['are of another parcel', RENTED, '50903888'],
  ])('are none where they %s', (_why, file, key) => {
    expect(factsOf(PERSONAL_CLASSES, 'parcel', key, recordedBody(file))).toEqual([]);
  });

  it('of a rental entry of another parcel are left out, and the owner is kept', () => {
    const facts = factsOf(PERSONAL_CLASSES, 'parcel', '50179632', recordedBody('parcel_50179632_edited.json'));
    expect(facts.filter(({ name }) => name.startsWith('RentalInformation'))).toEqual([]);
  });

  it('come out of the parts alone, too', () => {
    const owner = recordedBody('parcel_16528054_owner-details_2025-09.json');
    expect(factsOf(['owner-name'], 'owner-details', '16528054', owner)).toEqual([
      { class: 'owner-name', name: 'Owner.Ownership', value: 'HORIZON HEALTH AND WELLNESS INC' },
    ]);
    const rental: Json = Object(recordedBody(RENTED)).RentalInformation;
    expect(factsOf(['telephone'], 'rental-details', KEY, rental)).toHaveLength(3);
    expect(factsOf(['telephone'], 'rental-details', '50903888', rental)).toEqual([]);
  });

  it.each<[string, Json]>([
    ['no block', {}],
    ['a list', []],
    ['a text', 'Ownership'],
    ['objects for texts', { Owner: { Ownership: { $gt: '' }, MailingZip: 85031 } }],
    ['nothing in words', { Owner: { Ownership: ' NA ', InCareOf: ' , ', MailingZip: '0' } }],
    ['a text without end', { Owner: { Ownership: 'X'.repeat(10_000) } }],
    ['a prototype', JSON.parse('{"__proto__":{"Ownership":"X"},"Owner":{"__proto__":{"Ownership":"Y"}}}')],
  ])('of an answer with %s are none', (_what, json) => {
    expect(factsOf(PERSONAL_CLASSES, 'parcel', KEY, json)).toEqual([]);
  });

  it('are none of a page of a search: it is about many', () => {
    expect(factsOf(PERSONAL_CLASSES, 'search-page', null, recordedBody('search_property_85031.json'))).toEqual([]);
  });

  it('never change what is stored of the answer itself', () => {
    const off = countySource().redact({ type: 'json', json: recordedBody(RENTED) });
    const on = countySource(undefined, { personalData: PERSONAL_CLASSES }).redact({
      type: 'json',
      json: recordedBody(RENTED),
    });
    expect(on).toEqual(off);
    expect(personalWordsIn(recordedBody(RENTED)).filter((word) => JSON.stringify(on).includes(word))).toEqual([]);
  });
});
