import { normaliseParcelNumber } from '../../core/ids.js';
import { fieldOf } from '../../domain/readings.js';
import type { DocumentKind } from './kinds.js';

/** A parcel number that an answer states about itself, and where. */
export interface StatedParcel {
  readonly parcelNumber: string;
  readonly path: string;
}

/**
 * The parcel an answer says it is about. The full document says it in its link to the treasurer (`?Parcel=50179677`, in all
 * 27 recorded documents and both forms of the link), an entry of the rental register in `ParcelNumber`. The entry inside
 * a full document does not count: it is another office's, and one recorded document holds that of another parcel.
 * @returns null where the answer states none: the other parts never do
 */
export function statedParcel(kind: DocumentKind, json: unknown): StatedParcel | null {
  if (kind === 'parcel')
    return stated('TreasurersTransitionUrl', parcelInLink(fieldOf(json, 'TreasurersTransitionUrl')));
  return kind === 'rental-details' ? stated('ParcelNumber', fieldOf(json, 'ParcelNumber')) : null;
}

/** The parcel of an entry of the rental register; null where it states none. */
export function parcelOfRental(entry: unknown): string | null {
  return stated('ParcelNumber', fieldOf(entry, 'ParcelNumber'))?.parcelNumber ?? null;
}

function stated(path: string, value: unknown): StatedParcel | null {
  const parcelNumber = typeof value === 'string' ? normaliseParcelNumber(value) : null;
  return parcelNumber === null ? null : { parcelNumber, path };
}

function parcelInLink(link: unknown): string | null {
  if (typeof link !== 'string' || link.length > 500) return null;
  return /[?&]Parcel=([^&#]*)/i.exec(link)?.[1] ?? null;
}
