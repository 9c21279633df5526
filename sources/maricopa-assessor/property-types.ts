import { isFault, NOTHING, type Reader, textOf } from '../../domain/readings.js';

/** County words that tell the RESO sub type; all others leave it null. Matched whole, without case. */
const SUB_TYPES: ReadonlyMap<string, string> = new Map([
  ['SINGLE FAMILY RESIDENCE', 'Single Family Residence'],
  ['CONDOMINIUM', 'Condominium'],
  ['CONDOMINIUMS', 'Condominium'],
  ['CONDO', 'Condominium'],
  ['TOWNHOUSE', 'Townhouse'],
  ['TOWNHOUSES', 'Townhouse'],
  ['APARTMENT', 'Apartment'],
  ['APARTMENTS', 'Apartment'],
  ['DUPLEX', 'Duplex'],
  ['TRIPLEX', 'Triplex'],
  ['FOURPLEX', 'Quadruplex'],
  ['MOBILE HOME', 'Mobile Home'],
  ['MANUFACTURED HOME', 'Manufactured Home'],
  ['WAREHOUSE', 'Warehouse'],
  ['WAREHOUSES', 'Warehouse'],
  ['OFFICE', 'Office'],
  ['OFFICE BUILDING', 'Office'],
  ['OFFICE BUILDINGS', 'Office'],
  ['HOTEL', 'Hotel/Motel'],
  ['MOTEL', 'Hotel/Motel'],
]);

/**
 * RESO `PropertyType` of the county's words, and the sub type where the same words tell it. The first rule that fits wins:
 * vacant -> Land, multi family -> Residential Income, residential and the names of homes -> Residential, else Commercial Sale.
 */
export const propertyType: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  if (read === null) return NOTHING;
  const words = read.toUpperCase();
  const subType = SUB_TYPES.get(words);
  return { values: [['PropertyType', typeOf(words)], ...(subType ? [['PropertySubType', subType] as const] : [])] };
};

function typeOf(words: string): string {
  if (/\bVACANT\b/.test(words)) return 'Land';
  if (/\bMULTI[ -]?FAMILY\b/.test(words)) return 'Residential Income';
  if (/\b(RESIDENTIAL|TOWNHOUSES?|TOWNHOMES?|CONDO|CONDOMINIUMS?|MOBILE HOME)\b/.test(words)) return 'Residential';
  return 'Commercial Sale';
}

/** RESO `PropertySubType` of the county's use description; unknown words say nothing. */
export const propertySubType: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  const subType = read === null ? undefined : SUB_TYPES.get(read.toUpperCase());
  return subType ? { values: [['PropertySubType', subType]] } : NOTHING;
};
