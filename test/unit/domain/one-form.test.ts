import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRunDate } from '../../../core/dates.js';
import { addressKey, parseAddress, streetLine } from '../../../domain/address.js';
import { toProcessedDocument } from '../../../domain/document-shape.js';
import { normaliseDay, normaliseNumber, normaliseText, titleCase, withCommas } from '../../../domain/normalise.js';
import { describeByRules } from '../../../domain/rules.js';
import { livingArea } from '../../../sources/reso/fields.js';
import { countyHome } from '../../support/properties.js';
import { goodProperties } from '../../support/quality-world.js';

/** Long and short forms of one thing, as sources write them. */
const DIRECTIONS = [
  ['N', 'North', 'N.'],
  ['SW', 'Southwest', 'S W'.replace(' ', '')],
  ['E', 'EAST', 'e'],
] as const;
const SUFFIXES = [
  ['Ave', 'Avenue', 'AV'],
  ['St', 'STREET', 'St.'],
  ['Blvd', 'boulevard', 'BLVD'],
  ['Pkwy', 'Parkway', 'pky'.replace('y', 'wy')],
] as const;
const UNITS = ['Unit 4', '#4', 'Apt 4', 'APT # 4', 'Ste 4', ', Unit 4'] as const;

const street = fc.record({
  number: fc.integer({ min: 1, max: 99_999 }),
  direction: fc.constantFrom(...DIRECTIONS),
  name: fc.constantFrom('29th', 'El Caminito', 'Indian School', 'Camelback', '7th', 'Martin Luther King Jr'),
  suffix: fc.constantFrom(...SUFFIXES),
  unit: fc.boolean(),
});
const form = fc.record({
  direction: fc.nat({ max: 2 }),
  suffix: fc.nat({ max: 2 }),
  unit: fc.constantFrom(...UNITS),
  place: fc.constantFrom(
    '',
    ' PHOENIX 85031',
    ', Phoenix, AZ 85031',
    ' Phoenix, Arizona 85031-1234',
    ' SUN CITY WEST AZ 85375',
    ', Queen Creek, AZ',
  ),
  blanks: fc.constantFrom(' ', '  ', '   '),
  upper: fc.boolean(),
});

describe('an address', () => {
  it('has one form, however it is written', () => {
    fc.assert(
      fc.property(street, form, form, (home, one, other) => {
        const written = [one, other].map(({ direction, suffix, unit, place, blanks, upper }) => {
          const parts = [home.number, home.direction[direction], home.name, home.suffix[suffix]];
          const text = `${parts.join(' ')}${home.unit ? ` ${unit}`.replace(' ,', ',') : ''}${place}`.replaceAll(
            ' ',
            blanks,
          );
          return upper ? text.toUpperCase() : text;
        });
        const keys = written.map((text) => {
          const address = parseAddress(text);
          return address === null ? null : addressKey(address);
        });
        expect(keys[0]).not.toBeNull();
        expect({ written, key: keys[0] }).toEqual({ written, key: keys[1] });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same again when its own form is read', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0123456789NSEW ,#-.abcXYZ', 'ST', 'AVE', 'UNIT ') }),
        (text) => {
          const first = parseAddress(text);
          const line = first === null ? null : streetLine(first);
          const again = line === null ? null : parseAddress(line);
          if (first === null || first.streetNumber === null || again === null) return;
          expect(streetLine(again)).toBe(line);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is one to every source that states it', () => {
    const homes = goodProperties('forms', 30, 60);
    const differing = homes.flatMap(({ propertyId, records }) => {
      const texts = records.flatMap(({ facts }) =>
        facts.flatMap(({ name, value }) => (name === 'UnparsedAddress' ? [`${value}`] : [])),
      );
      const keys = new Set(
        texts.map((text) => {
          const address = parseAddress(text);
          return address === null ? text : addressKey(address);
        }),
      );
      return keys.size > 1 ? [`${propertyId}: ${texts.join(' | ')}`] : [];
    });
    expect(homes.length).toBeGreaterThan(90);
    expect(differing).toEqual([]);
  });
});

describe('numbers, units and days', () => {
  it('reads money and areas as people write them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_99 }), (cents) => {
        const value = cents / 100;
        for (const text of [`$${withCommas(value)}`, ` ${value} `, withCommas(value)]) {
          expect(normaliseNumber(text)).toBe(value);
        }
      }),
    );
  });

  it('gives square feet for square metres, and nothing for units that it does not know', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 5_000 }), (metres) => {
        const read = livingArea(metres, 'SquareMeters');
        const value = 'values' in read ? read.values.find(([name]) => name === 'LivingArea')?.[1] : null;
        expect(Math.abs(Number(value) / 10.7639104 - metres)).toBeLessThan(0.1);
        expect(livingArea(metres, 'Acres')).toHaveProperty('fault');
      }),
    );
  });

  it('gives a day of the calendar or nothing, and the same day for each way to write it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const day = normaliseDay(text);
        expect(day === null || isRunDate(day)).toBe(true);
      }),
    );
    const days = fc.date({ min: new Date('1850-01-01'), max: new Date('2100-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (date) => {
        const iso = date.toISOString().slice(0, 10);
        const [year, month, day] = iso.split('-');
        expect(
          [iso, date.toISOString(), `${month}/${day}/${year}`, `${Number(month)}/${Number(day)}/${year}`].map(
            normaliseDay,
          ),
        ).toEqual(Array.from({ length: 4 }, () => iso));
      }),
    );
  });

  it('cleans texts and words once and for all', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const clean = normaliseText(text);
        if (clean !== null) expect(normaliseText(clean)).toBe(clean);
        expect(titleCase(titleCase(text))).toBe(titleCase(text));
      }),
    );
  });
});

describe('the document', () => {
  const origin = { mode: 'demo', market: 'phoenix', runKey: 'r', processedAt: '2026-01-01T00:00:00Z' } as const;

  it('names types by one list of words, and holds numbers and texts alone, whatever a source says', () => {
    const value = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.string(), fc.boolean(), fc.array(fc.string()));
    const names =
      'PropertyType,PropertySubType,BedroomsTotal,LivingArea,YearBuilt,ListPrice,PostalCode,City,UnparsedAddress';
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names.split(',')), value), (facts) => {
        const property = countyHome(facts);
        const { normalized } = toProcessedDocument(property, describeByRules(property), 1, origin, []);
        const { details, pricing, address } = normalized;
        expect(details.property_type ?? 'none').toMatch(/^[a-z0-9_]*$/);
        for (const number of [details.bedrooms, details.square_feet, details.year_built, pricing.list_price]) {
          expect(number === null || (Number.isFinite(number) && number >= 0)).toBe(true);
        }
        expect(address.zip === null || /^\d{5}$/.test(address.zip)).toBe(true);
        expect(address.state === null || /^[A-Z]{2}$/.test(address.state)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
