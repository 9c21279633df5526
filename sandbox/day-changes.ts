import type { ChangedValues, ChangeKind } from '../core/schemas/changes.js';
import { renderDocument, renderRow } from './county-document.js';
import type { Listing } from './listing.js';
import type { Parcel, ParcelFacts } from './parcel.js';
import { canonicalTruth } from './truth.js';

/** One thing that a change makes known. */
export interface Told {
  readonly kind: ChangeKind;
  readonly before: ChangedValues;
  readonly after: ChangedValues;
}

/** A listing after its change; `now` is null once it is sold and not shown any more. */
export interface ListingChange extends Told {
  readonly now: Listing | null;
}

/** Changes a listing in one of five ways, by `turn`. What does not fit its status becomes a lower price. */
export function changeListing(listing: Listing, turn: number, day: number): ListingChange {
  const { listPrice, status } = listing;
  const price = (kind: ChangeKind, share: number): ListingChange => {
    const to = Math.round((listPrice * share) / 100) * 100;
    return { now: { ...listing, listPrice: to }, kind, before: { ListPrice: listPrice }, after: { ListPrice: to } };
  };
  const isActive = status === 'Active';
  switch (turn % 5) {
    case 1:
      return price('price rise', 1.03);
    case 2:
      if (!isActive) return price('price cut', 0.97);
      return {
        now: { ...listing, status: 'Pending' },
        kind: 'status',
        before: { StandardStatus: status },
        after: { StandardStatus: 'Pending' },
      };
    case 3:
      if (isActive) return price('price cut', 0.95);
      return {
        now: { ...listing, status: 'Active' },
        kind: 'back on market',
        before: { StandardStatus: status, ListPrice: listPrice },
        after: { StandardStatus: 'Active', ListPrice: listPrice },
      };
    case 4:
      return {
        now: null,
        kind: 'sold',
        before: { StandardStatus: status },
        after: { StandardStatus: 'Closed', CloseDate: closeDay(day), ClosePrice: listPrice - 5_000 },
      };
    default:
      return price('price cut', 0.96);
  }
}

/** A parcel after its change. */
export interface ParcelChange {
  readonly now: Parcel;
  readonly told: readonly Told[];
}

const VALUATION = ['TaxYear', 'xFullCashValue', 'xLimitedPropertyValue', 'TaxAssessedValue'];

/** Changes a parcel: in turn the values of a new tax year, and a sale to a company. */
export function changeParcel(parcel: Parcel, turn: number, day: number): ParcelChange {
  const { facts } = parcel;
  const now = withFacts(parcel, turn % 2 === 0 ? nextTaxYear(facts) : soldToCompany(facts, day));
  const [was, is] = [canonicalTruth(parcel), canonicalTruth(now)];
  const moved = (names: readonly string[]) => names.filter((name) => was[name] !== is[name]);
  const valued = moved(VALUATION);
  const told: Told[] = valued.length === 0 ? [] : [tell('valuation', valued, was, is)];
  if (moved(['CloseDate']).length > 0) told.push(tell('sold', ['CloseDate', 'ClosePrice'], was, is));
  const [before, after] = [classOf(facts), classOf(now.facts)];
  if (before !== after)
    told.push({ kind: 'owner class', before: { xOwnerClass: before }, after: { xOwnerClass: after } });
  return { now, told };
}

function tell(
  kind: ChangeKind,
  names: readonly string[],
  was: ReturnType<typeof canonicalTruth>,
  is: ReturnType<typeof canonicalTruth>,
): Told {
  const values = (from: ReturnType<typeof canonicalTruth>): ChangedValues =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = from[name];
        return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
      }),
    );
  return { kind, before: values(was), after: values(is) };
}

function withFacts(parcel: Parcel, facts: ParcelFacts): Parcel {
  return { ...parcel, facts, row: renderRow(facts), document: () => renderDocument(facts) };
}

function nextTaxYear(facts: ParcelFacts): ParcelFacts {
  const [newest, ...older] = facts.values;
  if (newest === undefined) return facts;
  const raised = (value: number | null, share: number) => (value === null ? null : Math.round(value * share) + 100);
  const values = {
    ...newest,
    taxYear: newest.taxYear + 1,
    fullCashValue: raised(newest.fullCashValue, 1.04),
    limitedPropertyValue: raised(newest.limitedPropertyValue, 1.05),
    assessedValue: raised(newest.assessedValue, 1.05),
  };
  return { ...facts, values: [values, newest, ...older].slice(0, 5) };
}

function soldToCompany(facts: ParcelFacts, day: number): ParcelFacts {
  const mailing = { line: `${day} SANDBOX PLAZA`, city: 'SCOTTSDALE', state: 'AZ', zip: '85261' };
  const sale = { salePrice: 400_000 + day * 1_000, saleDate: '2025-12-01', deedDate: '2025-12-14' };
  return { ...facts, owner: { name: `BUYER ${facts.apn} LLC`, inCareOf: null, mailing, ...sale } };
}

/** The class of an owner as the sandbox draws them. */
function classOf({ owner, street, zip }: ParcelFacts): string {
  if (owner.name === null) return 'withheld';
  if (/ LLC$/.test(owner.name)) return 'company';
  return street !== null && owner.mailing.line === street && owner.mailing.zip === zip ? 'owner-occupied' : 'absentee';
}

function closeDay(day: number): string {
  return new Date(Date.UTC(2025, 10, day)).toISOString().slice(0, 10);
}
