import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressKey, parseAddress, streetLine } from '../../../domain/address.js';
import { normaliseDay, normaliseNumber, normaliseText, titleCase, withCommas } from '../../../domain/normalise.js';

describe('numbers, days and texts', () => {
  it.each([
    ['$1,234.50', 1234.5],
    ['  6500 ', 6500],
    ['255234      ', 255_234],
    ['-5', -5],
    ['.5', 0.5],
    ['0', 0],
    ['1,23', null],
    ['1504 sq ft', null],
    ['', null],
    ['$', null],
    ['-', null],
    ['na', null],
    ['NaN', null],
    ['Infinity', null],
    ['1e9', null],
    ['9'.repeat(400), null],
  ])('reads %j as %s', (text, expected) => expect(normaliseNumber(text)).toBe(expected));

  it.each([
    ['03/01/2025', '2025-03-01'],
    ['3/1/2025', '2025-03-01'],
    ['2025-03-01', '2025-03-01'],
    ['2025-03-01T00:00:00Z', '2025-03-01'],
    ['13/01/2025', null],
    ['2025-02-30', null],
    ['yesterday', null],
    ['', null],
  ])('reads the day %j as %s', (text, expected) => expect(normaliseDay(text)).toBe(expected));

  it.each([
    [' A   B ', 'A B'],
    ['N/A', null],
    ['na', null],
    ['  ', null],
  ])('reads the text %j as %j', (text, expected) => expect(normaliseText(text)).toBe(expected));

  it('writes numbers so that they read back the same', () => {
    fc.assert(fc.property(fc.integer(), (value) => expect(normaliseNumber(withCommas(value))).toBe(value)));
  });

  it('writes words with capitals and keeps ordinals low', () => {
    expect(titleCase('29TH ST')).toBe('29th St');
    expect(titleCase('EL CAMINITO')).toBe('El Caminito');
  });
});

describe('addresses', () => {
  it.each([
    ['10010 N 29TH ST PHOENIX, AZ 85028', '10010 N 29th St', 'Phoenix', 'AZ', '85028'],
    ['15868 W BANFF LN SURPRISE 85379', '15868 W Banff Ln', 'Surprise', null, '85379'],
    ['5219 W EL CAMINITO Drive, Glendale, AZ 85302', '5219 W El Caminito Dr', 'Glendale', 'AZ', '85302'],
    ['4027 N 55TH Avenue', '4027 N 55th Ave', null, null, null],
    ['1 E MAIN ST UNIT 4, MESA, AZ 85201-1234', '1 E Main St Unit 4', 'Mesa', 'AZ', '85201'],
    ['1 E MAIN ST #4 SUN CITY WEST AZ 85375', '1 E Main St Unit 4', 'Sun City West', 'AZ', '85375'],
    ['200 W E ST LITCHFIELD PARK 85340', '200 W E St', 'Litchfield Park', null, '85340'],
    ['200 E ST PHOENIX 85003', '200 E St', 'Phoenix', null, '85003'],
    ['W BROADWAY RD  PHOENIX   85041', 'W Broadway Rd', 'Phoenix', null, '85041'],
    ['3501 NORTH COURT AVENUE, TEMPE, ARIZONA 85281', '3501 N Court Ave', 'Tempe', 'AZ', '85281'],
  ])('reads %j', (text, street, city, state, zip) => {
    const address = parseAddress(text);
    expect(
      address && { street: streetLine(address), city: address.city, state: address.state, zip: address.zip },
    ).toEqual({
      street,
      city,
      state,
      zip,
    });
  });

  it('gives one key to the county form and the listing form', () => {
    const forms = [
      '4027 N 55TH AVE PHOENIX, AZ 85031',
      '4027 N. 55th Avenue, Phoenix, AZ 85031',
      '4027 North 55th Ave',
    ];
    expect(new Set(forms.map((form) => parseAddress(form)).map((address) => address && addressKey(address))).size).toBe(
      1,
    );
  });

  it('keeps units apart', () => {
    const keys = ['1 E MAIN ST UNIT 4', '1 E MAIN ST UNIT 5']
      .map((text) => parseAddress(text))
      .map((it) => it && addressKey(it));
    expect(new Set(keys).size).toBe(2);
  });

  it.each(['', '   ', ', AZ 85031'])('finds no street in %j', (text) => expect(parseAddress(text)).toBeNull());

  it('cuts off a place that is known, though not in the list', () => {
    expect(parseAddress('12 W ASH ST TONOPAH 85354', 'Tonopah')?.city).toBe('Tonopah');
  });

  it('never throws, and reads its own form again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parseAddress(text);
      }),
    );
    const plain = fc.record({
      number: fc.integer({ min: 1, max: 99_999 }),
      name: fc.constantFrom('OAK', '29TH', 'EL MONTE'),
    });
    fc.assert(
      fc.property(plain, ({ number, name }) => {
        const first = parseAddress(`${number} N ${name} AVENUE, PHOENIX, AZ 85031`);
        const again = first && parseAddress(streetLine(first));
        expect(again && addressKey(again)).toBe(first && addressKey(first));
      }),
    );
  });
});
