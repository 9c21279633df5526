/** How the remarks of a listing are written. */
export const REMARK_STYLES = ['plain', 'shouting', 'terse', 'story', 'agent'] as const;
export type RemarkStyle = (typeof REMARK_STYLES)[number];

export type ListingStatus = 'Active' | 'Pending' | 'Active Under Contract';

/** Facts that only the remarks state. Null: the remarks say nothing of it. */
export interface HiddenFacts {
  readonly floodIrrigation: boolean | null;
  /** Monthly fee in US dollars; 0 when the remarks say that there is none. */
  readonly hoaMonthlyUsd: number | null;
  readonly solar: 'owned' | 'leased' | null;
  readonly pool: boolean | null;
  readonly cooling: 'refrigeration' | 'evaporative' | 'both' | null;
  readonly roof: 'tile' | 'shingle' | 'foam' | 'metal' | null;
}

export type HiddenFactName = keyof HiddenFacts;

/** The truth about one listing. US dollars, square feet. */
export interface Listing {
  /** Seven digits. */
  readonly listingId: string;
  /** Compact number of the parcel it is about, also where the page does not say so. */
  readonly parcelNumber: string;
  /** As the page shows it, `103-06-005`; null where the page has no `Assessor #`. */
  readonly assessorNumber: string | null;
  /** Street line in the listing site's form, `4027 N 55TH Avenue`. */
  readonly street: string;
  /** For example `Phoenix`. */
  readonly city: string;
  readonly state: 'AZ';
  readonly zip: string;
  readonly status: ListingStatus;
  readonly listPrice: number;
  readonly bedrooms: number;
  readonly bathsFull: number;
  readonly bathsHalf: number;
  /** Mostly that of the parcel; a few differ by some square feet. */
  readonly livingArea: number;
  readonly lotSqft: number;
  readonly yearBuilt: number;
  readonly garageSpaces: number;
  readonly carportSpaces: number;
  readonly privatePool: boolean;
  readonly roof: readonly string[];
  readonly cooling: readonly string[];
  readonly heating: readonly string[];
  readonly sewer: string;
  readonly waterSource: string;
  readonly subdivision: string | null;
  readonly elementaryDistrict: string | null;
  readonly highSchoolDistrict: string | null;
  /** Null when there is no association. */
  readonly associationFee: { readonly amount: number; readonly frequency: 'Monthly' } | null;
  /** Taxes of a year. */
  readonly taxAnnualAmount: number;
  readonly photosCount: number;
  /** `YYYY-MM-DD`. */
  readonly listedOn: string;
  readonly remarks: string;
  readonly remarkStyle: RemarkStyle;
  readonly hiddenFacts: HiddenFacts;
  /** For each fact that is not null: the words of `remarks` that state it, exactly as they stand there. */
  readonly hiddenFactSpans: Readonly<Partial<Record<HiddenFactName, string>>>;
}
