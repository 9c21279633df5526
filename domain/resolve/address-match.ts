import { type Address, streetLine } from '../address.js';
import type { Reason } from './reasons.js';
import { oneSlipApart } from './slips.js';

/** Street name as it is compared: without blanks, dots and the ending of a number (`55TH` and `55`). */
export function streetNameForm({ streetName }: Pick<Address, 'streetName'>): string {
  return streetName
    .toUpperCase()
    .replace(/\b(\d+)(?:ST|ND|RD|TH)\b/g, '$1')
    .replace(/[^A-Z0-9]/g, '');
}

/**
 * What two addresses say about whether two things are one; null when one has no house number. The same whichever comes first,
 * save that the sides of the evidence change places.
 */
export function compareAddresses(left: Address, right: Address): Reason | null {
  if (left.streetNumber === null || right.streetNumber === null) return null;
  const evidence = { left: shown(left), right: shown(right) };
  const other = otherStreet(left, right);
  if (other !== null) return { ...other, evidence };
  const [a, b] = [unitForm(left), unitForm(right)];
  if (a !== b) {
    return a === null || b === null
      ? { name: 'unit-on-one-side', weight: 3, against: 'doubt', evidence }
      : { name: 'other-unit', weight: -8, against: 'other', evidence };
  }
  const gaps = [
    [left.streetDirPrefix, right.streetDirPrefix],
    [left.streetSuffix, right.streetSuffix],
    [left.zip, right.zip],
  ].filter(([one, two]) =>
    (one ?? null) === null && (two ?? null) === null ? false : (one ?? null) !== (two ?? null),
  );
  return gaps.length === 0
    ? { name: 'address', weight: 7, against: null, evidence }
    : { name: 'address-with-gaps', weight: 7 - 1.5 * gaps.length, against: null, evidence };
}

type Finding = Omit<Reason, 'evidence'>;

function otherStreet(left: Address, right: Address): Finding | null {
  const sameNumber = left.streetNumber === right.streetNumber;
  const sameName = streetNameForm(left) === streetNameForm(right);
  if (!sameNumber && sameName && oneSlipApart(`${left.streetNumber}`, `${right.streetNumber}`))
    return { name: 'house-number-one-slip-apart', weight: -4, against: 'other' };
  if (!sameNumber || !sameName) return { name: 'other-address', weight: -8, against: 'other' };
  if (differ(left.streetDirPrefix, right.streetDirPrefix))
    return { name: 'other-direction', weight: -8, against: 'other' };
  if (differ(left.streetSuffix, right.streetSuffix)) return { name: 'other-suffix', weight: -8, against: 'other' };
  return differ(left.zip, right.zip) ? { name: 'other-zip', weight: -8, against: 'other' } : null;
}

/** True when both are stated and say something else. */
function differ(left: string | null, right: string | null): boolean {
  return left !== null && right !== null && left.toUpperCase() !== right.toUpperCase();
}

/** `#004-B`, `4B` and `04b` are one unit. */
function unitForm({ unitNumber }: Address): string | null {
  const form = (unitNumber ?? '')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/(^|[A-Z])0+(?=\d)/g, '$1');
  return form === '' ? null : form;
}

function shown(address: Address): string {
  return [streetLine(address), address.zip].filter((part) => part !== null).join(', ');
}
