/** One place on a page. Plain data, so that a set can be proposed, stored and reviewed. */
export interface Place {
  /** CSS selector of the element, inside the card or the page; `''` is the card itself. The first element counts. */
  readonly at: string;
  /** Attribute that holds the text; null for the words of the element. */
  readonly attribute: string | null;
  /** Regular expression (case does not matter) whose first group is the text; null for all of it. */
  readonly pattern: string | null;
}

/** A place and its fallbacks: the first that gives a text counts. */
export type Places = readonly Place[];

/** How a template writes one of our labels. */
export interface RowName {
  readonly label: string;
  /** As in `Place`, for values with a unit behind them. */
  readonly pattern: string | null;
}

/** Labelled values: an element with the label, and its value. */
export interface Rows {
  readonly label: string;
  /** What the element after the label must be; null: the value is the rest of the words in the label's parent. */
  readonly value: string | null;
  /** Our label (`pages/listing-fields.ts`) to the template's, `''` where it has none; labels left out are the same in both. */
  readonly names: Readonly<Record<string, RowName>>;
}

/** Where one listing, on a card or on its page, states what. An empty list: the template has no such place. */
export interface ListingPlaces {
  /** MLS number, seven digits. */
  readonly key: Places;
  readonly address: Places;
  readonly price: Places;
  /** Nothing there means Active. Null: the template does not tell, and nothing is said about it. */
  readonly status: Places | null;
  readonly beds: Places;
  readonly baths: Places;
  readonly area: Places;
  /** A number of photos. */
  readonly photos: Places;
  readonly rows: Rows | null;
}

/** Selectors of one template of the site. A changed layout gets a new set with a new name; old stored pages keep theirs. */
export interface SelectorSet {
  /** Name and version; part of the path of every fact. */
  readonly name: string;
  readonly results: {
    /** Number of matches; there on every results page, with no match too. */
    readonly count: Places;
    /** One listing. */
    readonly card: string;
    readonly listing: ListingPlaces;
    /** Address of the detail page, inside a card. */
    readonly link: Places;
    /** Holds the numbers of all pages, those of other pages as links or buttons. */
    readonly pagination: string;
  };
  readonly detail: {
    /** There on a detail page of this template and on no other page. */
    readonly proof: string;
    readonly listing: ListingPlaces;
    readonly remarks: Places;
    /** Words of the bold line before remarks that stand in no element of their own; null where they have one. */
    readonly remarksHeading: string | null;
  };
  /** Attribution that must go with the data. */
  readonly disclosure: Places;
}

export const words = (at: string, pattern: string | null = null): Place => ({ at, attribute: null, pattern });
export const attribute = (at: string, name: string, pattern: string | null = null): Place => ({
  at,
  attribute: name,
  pattern,
});
const same = (label: string): RowName => ({ label, pattern: null });

const MATCHES = '^(\\d{1,3}(?:,\\d{3})*|\\d+)\\s+match';
const TITLE_KEY = '-\\s*MLS#\\s*(\\d{7})$';
const TITLE_ADDRESS = '^(.*?)\\s*-\\s*MLS#\\s*\\d{7}$';
const LINK_KEY = '-mls_(\\d{7})/';
/** The number in `View Photos (43)`. */
export const PHOTOS_PATTERN = '\\((\\d{1,4})\\)';
const BEDS = '([\\d.,]+)\\s+beds?\\b';
const BATHS = '([\\d.,]+)\\s+baths?\\b';
const AREA = '([\\d.,]+)\\s+sqft\\b';
const DISCLOSURE: Places = [words('.flexmls_connect__idx_disclosure_text')];

/**
 * Classic template of the Flexmls IDX plug-in (contract of the listing site, read 2025-12; the place of the remarks and
 * the form of the fact rows: public source of the plug-in, `listing-details.php` and `search-results.php`, read 2026-11).
 */
export const CLASSIC: SelectorSet = {
  name: 'classic@1',
  results: {
    count: [words('.flexmls_connect__sr_matches_count', MATCHES)],
    card: 'div.flexmls_connect__sr_result',
    listing: {
      key: [attribute('', 'title', TITLE_KEY)],
      address: [attribute('', 'title', TITLE_ADDRESS), words('.flexmls_connect__sr_address a')],
      price: [words('.flexmls_connect__sr_price')],
      status: [],
      beds: [],
      baths: [],
      area: [],
      photos: [words('a.photo_click', PHOTOS_PATTERN)],
      rows: {
        label: '.flexmls_connect__sr_listing_facts .flexmls_connect__field_label',
        value: '.flexmls_connect__field_value',
        names: {
          '# Bedrooms': same('# of Bedrooms'),
          'Approx SQFT': same('Square Footage'),
          Baths: same('# of Bathrooms'),
        },
      },
    },
    link: [attribute('', 'link')],
    pagination: '.flexmls_connect__sr_pagination',
  },
  detail: {
    proof: '.flexmls_connect__sr_detail',
    listing: {
      key: [attribute('.flexmls_connect__sr_detail', 'title', TITLE_KEY)],
      address: [attribute('.flexmls_connect__sr_detail', 'title', TITLE_ADDRESS)],
      price: [words('.flexmls_connect__ld_price')],
      status: [words('.flexmls_connect__ld_status')],
      beds: [words('.flexmls_connect__sr_address', BEDS)],
      baths: [words('.flexmls_connect__sr_address', BATHS)],
      area: [words('.flexmls_connect__sr_address', AREA)],
      photos: [words('.flexmls_connect__sr_detail .photo_click', PHOTOS_PATTERN)],
      rows: { label: '.flexmls_connect__ld_property_detail > b:first-child', value: null, names: {} },
    },
    remarks: [],
    remarksHeading: 'Property Description',
  },
  disclosure: DISCLOSURE,
};

/**
 * Newer template (contract of the listing site, read 2025-12: `.flexmls-listing`, `.flexmls-price`, `.flexmls-address`,
 * `.flexmls-matches-count`, `.property-title`, `.mls-id`, `.details-section` with its labels and values). The other
 * places are assumed.
 */
export const NEWER: SelectorSet = {
  name: 'newer@1',
  results: {
    count: [words('.flexmls-matches-count', MATCHES)],
    card: '.flexmls-listing',
    listing: {
      key: [words('.mls-id', '(\\d{7})$'), attribute('a[href*="-mls_"]', 'href', LINK_KEY)],
      address: [words('.flexmls-address')],
      price: [words('.flexmls-price')],
      status: [words('.flexmls-status')],
      beds: [words('.flexmls-facts', BEDS)],
      baths: [words('.flexmls-facts', BATHS)],
      area: [words('.flexmls-facts', AREA)],
      photos: [words('.flexmls-photo-count', PHOTOS_PATTERN)],
      rows: null,
    },
    link: [attribute('a[href*="-mls_"]', 'href')],
    pagination: '.flexmls-pagination',
  },
  detail: {
    proof: '.property-title',
    listing: {
      key: [words('.mls-id', '(\\d{7})$')],
      address: [words('.property-title')],
      price: [words('.flexmls-price')],
      status: [words('.flexmls-status')],
      beds: [words('.flexmls-facts', BEDS)],
      baths: [words('.flexmls-facts', BATHS)],
      area: [words('.flexmls-facts', AREA)],
      photos: [words('.flexmls-photo-count', PHOTOS_PATTERN)],
      rows: { label: '.details-section dt.detail-label', value: 'dd.detail-value', names: {} },
    },
    remarks: [words('.property-description')],
    remarksHeading: null,
  },
  disclosure: DISCLOSURE,
};

/** Every template known. Which one a page is in is found by probing that page, so a site may change between two pages. */
export const SELECTOR_SETS: readonly SelectorSet[] = [CLASSIC, NEWER];
