import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, type Json } from '../../../../core/hash.js';
import {
  countySource,
  EXCHANGES,
  payloadOf,
  recordedBody,
  redactedJson,
  understood,
} from '../../../support/county-source.js';
import { PERSONAL_FIELDS, personalWordsIn, textsIn } from '../../../support/personal-words.js';
import { at } from './json-path.js';

const source = countySource();
const redacted = (json: Json) => redactedJson(source, json);

const answers = EXCHANGES.filter(({ response }) => typeof response.body === 'object');

describe('withholds personal data', () => {
  it('of every recorded answer, in the body and in the facts', () => {
    let looked = 0;
    for (const exchange of answers) {
      const raw = payloadOf(exchange);
      if (!raw) throw new Error(exchange.file);
      const read = understood(source, raw);
      const kept = textsIn([redacted(exchange.response.body), read.records.map(({ facts, key }) => ({ facts, key }))]);
      for (const canary of personalWordsIn(exchange.response.body)) {
        looked += 1;
        // The county itself owns parcels, and its name stands in the names of subdivisions.
        const survivors = kept.filter(({ text }) => text.includes(canary) && canary !== 'MARICOPA COUNTY');
        expect([exchange.file, canary, survivors]).toEqual([exchange.file, canary, []]);
      }
    }
    expect(looked).toBeGreaterThan(200);
  });

  it.each([
    ['a field of another service', { OWNER_NAME: 'CANARY A', MAIL_ADDR1: 'CANARY B', MAIL_ZIP: 85031 }],
    ['deep in an unknown list', { Extra: [{ More: { CoOwnerName: 'CANARY C', taxpayer: { line: ['CANARY D'] } } }] }],
    [
      'an unknown field beside the owner',
      { Owner: { Ownership: 'CANARY E', SpouseOf: 'CANARY F', Extra: { x: 'CANARY G' } } },
    ],
    ['the register of rentals', { RentalInformation: { OwnerName: 'CANARY H', AgentName: 'x', Remark: 'CANARY I' } }],
    ['rental details alone', { OwnerName: 'CANARY J', AgentName: 'CANARY K', Note: 'CANARY L' }],
    [
      'a row of rentals',
      { TOTAL: 1, Results: [{ APN: '1', Owner: 'CANARY M', Contact: 'CANARY N', Property: 'CANARY O' }] },
    ],
    ['a row of accounts', { TOTAL: 1, Results: [{ AccountNo: '1', Name1: 'CANARY P', SitusAddress: '1 CANARY ST' }] }],
    ['a name in letters of another alphabet', { Ownership: '李明' }],
    ['numbers', { OwnerPhone: 6025550126, Owner: { Telephone: [6025550126] } }],
    ['words where the class of the owner stands', { Ownership: 'CANARY Q', xOwnerClass: 'CANARY R' }],
    ['a class of the owner from outside', { Owner: { xOwnerClass: 'CANARY S' } }],
    ['a place too deep to be looked at', JSON.parse(`${'{"a":'.repeat(5_000)}"CANARY T"${'}'.repeat(5_000)}`)],
    [
      'a place too deep under a personal field',
      { Owner: { x: JSON.parse(`${'['.repeat(5_000)}"CANARY U"${']'.repeat(5_000)}`) } },
    ],
  ])('%s', (_name, body) => {
    expect(JSON.stringify(redacted(body))).not.toMatch(/CANARY|6025550126|李明/);
  });

  it('of a page, whole', () => {
    expect(source.redact({ type: 'html', html: '<p>CANARY</p>' })).toEqual({ type: 'html', html: '[withheld]' });
  });
});

it('keeps what says that there is nothing, and what is public', () => {
  const owner = at(redacted(recordedBody('parcel_50192652_edited.json')), 'Owner');
  expect(owner).toEqual({
    OwnerID: '[withheld]',
    Ownership: 'NA',
    InCareOf: '',
    ContoOwnership: '',
    MailingAddress1: 'NA',
    MailingAddress2: '',
    MailingCity: 'NA',
    MailingState: 'NA',
    MailingZip: '0',
    MailingCountry: 'NA',
    MostCurrentDeed: null,
    DeedDate: '05/19/2022',
    DeedType: 'WD',
    SalePrice: '150000',
    SaleDate: '07/01/2009',
    FullMailingAddress: 'NA',
    xOwnerClass: 'withheld',
  });
  expect(at(redacted(recordedBody('parcel_50179677_2025-02.json')), 'RentalInformation')).toMatchObject({
    SitusAddress: '15817 W LISBON LN SURPRISE AZ 85379',
    OwnershipType: 'Limited Liability Company (LLC)',
    OwnerName: '[withheld]',
    OwnerAddress: '',
    AgentPhone: '[withheld]',
  });
});

it('changes only personal fields and drawings', () => {
  for (const { response } of answers) {
    const before = textsIn(response.body);
    const after = textsIn(redacted(response.body)).filter(({ name }) => name !== 'xOwnerClass');
    expect(after).toHaveLength(before.length);
    const changed = before.filter(({ text }, place) => after[place]?.text !== text).map(({ name }) => name);
    expect(changed.filter((name) => !PERSONAL_FIELDS.test(name) && !/^(Sketch|SitusAddress)$/.test(name))).toEqual([]);
  }
});

it('puts a word where a drawing stood', () => {
  const text = JSON.stringify(redacted(recordedBody('parcel_14183749_sketches_2025-09.json')));
  expect(text).toBe('{"TotalPages":1,"Pages":[{"Sketch":"[image]","PageNum":1,"APN":"14183749"}]}');
  expect(redacted(['data:image/png;base64,AAAA', 'R0lGODlhAQ', 'QUJD'.repeat(200), 'plain words'])).toEqual([
    '[image]',
    '[image]',
    '[image]',
    'plain words',
  ]);
});

describe('leaves the class of the owner', () => {
  const home = { PropertyAddress: '15868 W BANFF LN SURPRISE 85379' };
  it.each([
    ['a company', { Ownership: 'STAR BORROWER SFR5 LP', MailingAddress1: '1 A ST', MailingZip: '06830' }, 'company'],
    [
      'a city',
      { Ownership: 'PHOENIX CITY OF', MailingAddress1: '200 W WASHINGTON ST', MailingZip: '85003' },
      'company',
    ],
    [
      'mail to the house',
      { Ownership: 'A B', MailingAddress1: '15868 W BANFF LN', MailingZip: '853795048' },
      'owner-occupied',
    ],
    [
      'mail to the house, other signs',
      { Ownership: 'A B', MailingAddress1: '15868  W. Banff Ln', MailingZip: '85379' },
      'owner-occupied',
    ],
    [
      'mail to the same street of another place',
      { Ownership: 'A B', MailingAddress1: '15868 W BANFF LN', MailingZip: '85031' },
      'absentee',
    ],
    [
      'mail to a house whose number begins alike',
      { Ownership: 'A B', MailingAddress1: '15868 W BAN', MailingZip: '85379' },
      'absentee',
    ],
    ['mail elsewhere', { Ownership: 'A B', MailingAddress1: 'PO BOX 7', MailingZip: '85379' }, 'absentee'],
    [
      'a family trust in its house',
      { Ownership: 'A B TRUST', MailingAddress1: '15868 W BANFF LN', MailingZip: '85379' },
      'owner-occupied',
    ],
    [
      'a name that begins like a company',
      { Ownership: 'INCE COLE', MailingAddress1: 'PO BOX 7', MailingZip: '85379' },
      'absentee',
    ],
    ['a name withheld by law', { Ownership: 'NA', MailingAddress1: 'NA', MailingZip: '0' }, 'withheld'],
    ['no name', { Ownership: '', MailingAddress1: 'PO BOX 7', MailingZip: '85379' }, undefined],
  ])('%s', (_name, owner, expected) => {
    const once = redacted({ ...home, Owner: owner });
    expect(at(once, 'Owner.xOwnerClass')).toBe(expected);
    expect(redacted(once)).toEqual(once);
  });
});

it('gives the same when applied again, on every recorded answer', () => {
  for (const { response } of answers) {
    const once = redacted(response.body);
    expect(redacted(once)).toEqual(once);
  }
});

it('never throws, never pollutes, and is idempotent on any JSON', () => {
  const names = fc.constantFrom(
    'Owner',
    'Ownership',
    'Results',
    'Name1',
    'AccountNo',
    '__proto__',
    'constructor',
    'MailingAddress1',
    'x',
  );
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Json>(null, true, 0, 7, 'NA', '', '[withheld]', 'A B', '\u0000', '\ud800', 'a company LLC'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.array(fc.tuple(names, tie('tree')), { maxLength: 4 }).map((entries): Json => Object.fromEntries(entries)),
    ),
  }));
  fc.assert(
    fc.property(tree, (json) => {
      const once = redacted(json);
      expect(canonicalJson(redacted(once))).toBe(canonicalJson(once));
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    }),
    { numRuns: 500 },
  );
  redacted(JSON.parse('{"__proto__":{"polluted":true},"Owner":{"__proto__":{"polluted":true}}}'));
  expect(Object('').polluted).toBeUndefined();
});
