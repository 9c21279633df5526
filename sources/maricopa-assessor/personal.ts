import type { RawPayload } from '../../core/raw-payload.js';
import type { PersonalClass, PersonalFact } from '../../core/schemas/personal.js';
import { fieldOf } from '../../domain/readings.js';
import { isDocumentKind } from './kinds.js';
import { isNothing, WITHHELD } from './redact.js';
import { parcelOfRental, statedParcel } from './stated-parcel.js';

/** Personal fields of an owner's block, by class. What is not here (ids of owners) is kept by no switch. */
const OWNER_FIELDS: Readonly<Record<string, PersonalClass>> = {
  Ownership: 'owner-name',
  InCareOf: 'owner-name',
  ContoOwnership: 'owner-name',
  MailingAddress1: 'mailing-address',
  MailingAddress2: 'mailing-address',
  MailingCity: 'mailing-address',
  MailingState: 'mailing-address',
  MailingZip: 'mailing-address',
  MailingCountry: 'mailing-address',
  FullMailingAddress: 'mailing-address',
};
/** Those of an entry of the rental register. Its account number is kept by no switch. */
const RENTAL_FIELDS: Readonly<Record<string, PersonalClass>> = {
  OwnerName: 'owner-name',
  OwnerBusinessEntity: 'owner-name',
  OwnerAddress: 'mailing-address',
  OwnerPhone: 'telephone',
  BusinessContactPhone: 'telephone',
  AgentPhone: 'telephone',
  BusinessContactName: 'rental-contact',
  BusinessContactAddress: 'rental-contact',
  AgentName: 'rental-contact',
  AgentAddress: 'rental-contact',
};

/**
 * The personal values of an answer about one parcel, as far as their classes are switched on. Pure. Reads the body as it
 * came. Of an answer about another parcel, and of rows of searches, it gives none.
 * @param classes empty gives nothing
 */
export function personalFacts(
  { kind, key, body }: Pick<RawPayload, 'kind' | 'key' | 'body'>,
  classes: ReadonlySet<PersonalClass>,
): readonly PersonalFact[] {
  if (classes.size === 0 || key === null || body.type === 'html' || !isDocumentKind(kind)) return [];
  const { json } = body;
  const stated = statedParcel(kind, json);
  if (stated !== null && stated.parcelNumber !== key) return [];
  const owner = kind === 'parcel' ? fieldOf(json, 'Owner') : kind === 'owner-details' ? json : null;
  const rental = kind === 'parcel' ? fieldOf(json, 'RentalInformation') : kind === 'rental-details' ? json : null;
  return [
    ...valuesOf('Owner', owner, OWNER_FIELDS),
    ...(parcelOfRental(rental) === key ? valuesOf('RentalInformation', rental, RENTAL_FIELDS) : []),
  ].filter((fact) => classes.has(fact.class));
}

/** Longest value that is kept; a longer one is no name and no address. */
const LONGEST = 500;

function valuesOf(
  block: string,
  json: unknown,
  fields: Readonly<Record<string, PersonalClass>>,
): readonly PersonalFact[] {
  return Object.entries(fields).flatMap(([field, kind]) => {
    const value = fieldOf(json, field);
    if (typeof value !== 'string' || value.length > LONGEST || value === WITHHELD || isNothing(value)) return [];
    return [{ class: kind, name: `${block}.${field}`, value: value.trim() }];
  });
}
