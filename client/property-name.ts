import type { Db } from 'mongodb';
import type { Config } from '../core/config.js';
import { compactParcelNumber, parcelPropertyId } from '../core/ids.js';
import { marketOf, zipsOf } from '../core/product-settings.js';
import { parseAddress, streetLine } from '../domain/address.js';
import { propertiesAt } from '../store/properties.js';
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

/**
 * As `propertyIdOf`, and street addresses besides: `4027 N 55th Ave, 85031`. Without a ZIP code all of the market are looked at.
 * @throws CliError (UsageError) for what is none of them or stands for several, (NotFound) for an address that nobody has
 */
export async function findProperty(db: Db, config: Config, text: string): Promise<string> {
  const id = writtenId(text);
  if (id !== null) return id;
  const address = parseAddress(text);
  if (address === null || address.streetNumber === null) return propertyIdOf(text);
  const [market] = theMarket();
  const zips = address.zip === null ? zipsOf(market, config.extraZips) : [address.zip];
  const street = streetLine(address);
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
