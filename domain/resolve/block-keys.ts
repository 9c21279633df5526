import type { Address } from '../address.js';
import { streetNameForm } from './address-match.js';
import type { Place, Profile } from './profile.js';

/** Side of a cell, degrees: about 50 m, a lot and its neighbours. */
const CELL = 0.0005;

/**
 * Keys under which a thing is looked up: only things that share one are compared. Pure.
 * - `a`: house number and street name, without direction, suffix, unit and ZIP, so that those who differ in them are seen;
 * - `p`: first eight digits of a parcel number, so that the parts of a split lot meet;
 * - `n`: number of a listing;
 * - `c`: cell of the map, of a listing without a house number those around it too.
 */
export function blockKeysOf(profile: Profile): readonly string[] {
  const { county, addresses, parcelNumbers, listingIds, places, kind } = profile;
  const streets = addresses.flatMap(streetKey);
  const around = kind === 'listing' && streets.length === 0;
  const keys = [
    ...streets,
    ...parcelNumbers.map((number) => `p|${number.replace(/[A-Z]$/, '')}`),
    ...listingIds.map((id) => `n|${id}`),
    ...(kind === 'parcel' || around ? places.flatMap((place) => cellsOf(place, around ? 1 : 0)) : []),
  ];
  return [...new Set(keys)].sort().map((key) => `${county}|${key}`);
}

function streetKey(address: Address): readonly string[] {
  return address.streetNumber === null ? [] : [`a|${address.streetNumber}|${streetNameForm(address)}`];
}

function cellsOf({ latitude, longitude }: Place, around: number): readonly string[] {
  const [row, column] = [Math.floor(latitude / CELL), Math.floor(longitude / CELL)];
  const steps = Array.from({ length: 2 * around + 1 }, (_, at) => at - around);
  return steps.flatMap((up) => steps.map((right) => `c|${row + up}|${column + right}`));
}
