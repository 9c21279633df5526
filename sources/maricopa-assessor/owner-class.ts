/** What kind of owner a parcel has; computed when the name is withheld, and all that is kept of it. */
export const OWNER_CLASSES = ['owner-occupied', 'absentee', 'company', 'withheld'] as const;
export type OwnerClass = (typeof OWNER_CLASSES)[number];

export interface OwnerWords {
  readonly name: string;
  /** First mailing line and ZIP code; null where the answer has none. */
  readonly mailing: { readonly line: string; readonly zip: string } | null;
  /** Address of the parcel in the county's form; null where the answer has none. */
  readonly situs: string | null;
}

/**
 * Words of companies and public bodies, anywhere in a name. `TRUST` is not among them: families hold homes in trusts.
 * Assumed list, from the company names of the recordings and the legal forms of Arizona.
 */
const COMPANY_WORDS = [
  'ASSN|ASSOC|ASSOCIATION|AUTHORITY|BANK OF|BORROWER|CENTER NO|CITY OF|CORP|CORPORATION|COUNTY OF|DEPARTMENT|DEPT|DISTRICT',
  'ENTERPRISES|FOUNDATION|HOA|HOLDINGS?|INC|INCORPORATED|INVESTMENTS?|L ?L ?C|L ?L ?P|L ?P|LIMITED|LLLP|LTD|MORTGAGE',
  'NATIONAL BANK|PARTNERSHIP|PLLC|PROPERTIES|SCHOOL|STATE LAND|STATE OF|TOWN OF|UNITED STATES|UNIVERSITY|VENTURES',
].join('|');
/** Words that are surnames or streets too, and mean a company only at the end of a name. */
const COMPANY_ENDINGS = 'BANK|CHURCH|CO|COLLEGE|COMPANY|COUNTY|DEVELOPMENT|FUND|HOMES|PARTNERS';
const COMPANY = new RegExp(`\\b(${COMPANY_WORDS})\\b|\\b(${COMPANY_ENDINGS})$`);

/**
 * The class of an owner, by rule: withheld by the county (`NA`); company or public body by the words of the name;
 * owner-occupied when the mail goes to the parcel's own street line and ZIP code; else absentee.
 * @returns null when the answer does not hold what the rule needs
 */
export function ownerClassOf({ name, mailing, situs }: OwnerWords): OwnerClass | null {
  const words = plain(name);
  if (words === '') return null;
  if (words === 'NA' || words === 'N A') return 'withheld';
  if (COMPANY.test(words)) return 'company';
  if (mailing === null || situs === null || plain(mailing.line) === '') return null;
  return isSameAddress(mailing, situs) ? 'owner-occupied' : 'absentee';
}

function isSameAddress({ line, zip }: { readonly line: string; readonly zip: string }, situs: string): boolean {
  const home = ` ${plain(situs)} `;
  const zipFits = !/\b\d{5}(-?\d{4})?\s*$/.test(situs) || home.includes(` ${zip.trim().slice(0, 5)} `);
  return zipFits && home.startsWith(` ${plain(line)} `);
}

/** Capital words with one blank between; unit words and signs made alike. */
function plain(text: string): string {
  return text
    .slice(0, 1_000)
    .toUpperCase()
    .replace(/#/g, ' UNIT ')
    .replace(/[^A-Z0-9]+/g, ' ')
    .replace(/\b(APT|STE|SUITE|SPC|LOT|UNIT)( UNIT)?\b/g, 'UNIT')
    .trim();
}
