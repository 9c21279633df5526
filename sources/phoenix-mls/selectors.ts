/** Selectors of one template of the site. A changed layout gets a new set with a new name; old stored pages keep theirs. */
export interface SelectorSet {
  /** Name and version; part of the path of every fact. */
  readonly name: string;
  readonly results: {
    /** `1,234 matches found`; there on every results page, with no match too. */
    readonly count: string;
    /** One listing; `title` holds address and MLS number, `link` the address of the detail page. */
    readonly card: string;
    readonly price: string;
    readonly address: string;
    readonly factLabel: string;
    readonly factValue: string;
    readonly photos: string;
    readonly pagination: string;
  };
  readonly detail: {
    /** The whole listing; `title` as on a card. */
    readonly root: string;
    readonly price: string;
    /** There only when the status is not Active. */
    readonly status: string;
    /** Address, MLS number and `5 beds | 2 baths | 2239 sqft`, lines apart by `<br>`. */
    readonly heading: string;
    /** `<b>Label:</b> value`. */
    readonly row: string;
    readonly photos: string;
    /** Words of the bold line before the remarks, which stand in no element of their own. */
    readonly remarksHeading: string;
  };
  readonly disclosure: string;
}

/**
 * Classic template of the Flexmls IDX plug-in (contract of the listing site, read 2025-12; the place of the remarks and
 * the form of the fact rows: public source of the plug-in, `listing-details.php` and `search-results.php`, read 2026-11).
 */
export const CLASSIC: SelectorSet = {
  name: 'classic@1',
  results: {
    count: '.flexmls_connect__sr_matches_count',
    card: 'div.flexmls_connect__sr_result',
    price: '.flexmls_connect__sr_price',
    address: '.flexmls_connect__sr_address a',
    factLabel: '.flexmls_connect__sr_listing_facts .flexmls_connect__field_label',
    factValue: '.flexmls_connect__field_value',
    photos: 'a.photo_click',
    pagination: '.flexmls_connect__sr_pagination',
  },
  detail: {
    root: '.flexmls_connect__sr_detail',
    price: '.flexmls_connect__ld_price',
    status: '.flexmls_connect__ld_status',
    heading: '.flexmls_connect__sr_address',
    row: '.flexmls_connect__ld_property_detail',
    photos: '.photo_click',
    remarksHeading: 'Property Description',
  },
  disclosure: '.flexmls_connect__idx_disclosure_text',
};
