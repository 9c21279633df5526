import type { Db } from 'mongodb';
import type { Config } from '../core/config.js';
import { compactParcelNumber, parcelPropertyId } from '../core/ids.js';
import { marketOf, zipsOf } from '../core/product-settings.js';
import { parseAddress, streetLine } from '../domain/address.js';
import { currentPropertyId, propertiesAt } from '../store/properties.js';
import { CliError } from './errors.js';
import { theMarket } from './run-request.js';

/** A parcel number in any of its forms, or a property id as it stands. @throws CliError (UsageError) */
export function propertyIdOf(text: string): string {
  const id = writtenId(text);
  if (id !== null) return id;
  throw new CliError(
    'UsageError',
    `"${text}" is no parcel number and no property id`,
    'a parcel number looks like 103-06-005 or 10306005A, a property id like us-az-maricopa:10306005',
  );
}

/** How a person names a property: by its id, or by where it is. */
export type PropertyName = { readonly id: string } | { readonly street: string; readonly zip: string | null };

/**
 * As `propertyIdOf`, and street addresses besides: `4027 N 55th Ave, 85031`.
 * @throws CliError (UsageError) for what is none of them
 */
export function readPropertyName(text: string): PropertyName {
  const id = writtenId(text);
  if (id !== null) return { id };
  const address = /[A-Za-z]/.test(text) ? parseAddress(text) : null;
  if (address === null || address.streetNumber === null) return { id: propertyIdOf(text) };
  return { street: streetLine(address), zip: address.zip };
}

/**
 * The id of what a name stands for; of a listing that was linked, that of its property. Without a ZIP code all of the market are looked at.
 * @throws CliError (UsageError) for a name that stands for several, (NotFound) for an address that nobody has
 */
export async function findProperty(db: Db, config: Config, name: PropertyName): Promise<string> {
  if ('id' in name) return currentPropertyId(db, name.id);
  const [market] = theMarket();
  const zips = name.zip === null ? zipsOf(market, config.extraZips) : [name.zip];
  const { street } = name;
  const found = await propertiesAt(db, street, zips);
  const [only, ...more] = found;
  if (only === undefined) throw new CliError('NotFound', `no property at ${street} in ${zips.join(', ')}`);
  if (more.length === 0) return only;
  throw new CliError('UsageError', `${found.length} properties are at ${street}`, `name one of ${found.join(', ')}`);
}

function writtenId(text: string): string | null {
  const parcelNumber = compactParcelNumber(text);
  const [market] = theMarket();
  if (parcelNumber !== null) return parcelPropertyId(marketOf(market).county, parcelNumber);
  return /^(listing:[a-z-]+|[a-z]{2}(-[a-z]+)+):\S+$/.test(text) ? text : null;
}
