import type { Listing } from '../listing.js';
import { disclosure, dollars, escapeHtml, LISTING_OFFICE, PLANTED_PERSONAL, page } from './html.js';
import type { Search, SearchResult } from './search.js';

/** `5219 W EL CAMINITO Drive, Glendale, AZ 85302`. */
export function oneLineAddress({ street, city, state, zip }: Listing): string {
  return `${street}, ${city}, ${state} ${zip}`;
}

/** Path of the detail page: the address with dashes, `-mls_`, the listing id. */
export function detailPath(listing: Listing): string {
  const slug = oneLineAddress(listing)
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `/mls/${slug}-mls_${listing.listingId}/`;
}

/** Baths as the site counts them: a half bath is 0.5. */
export function bathsText({ bathsFull, bathsHalf }: Listing): string {
  return String(bathsFull + bathsHalf * 0.5);
}

/**
 * Results page in the classic template.
 * @param brokenCards so many cards, from the first, have no price
 */
export function resultsPage(search: Search, result: SearchResult, brokenCards: number): string {
  const cards = result.listings.map((listing, index) => card(listing, index >= brokenCards)).join('\n');
  const count = result.total === 1 ? '1 match found' : `${result.total.toLocaleString('en-US')} matches found`;
  return page(
    'Search Results',
    `<div class='flexmls_connect__page_content'>
<div class='flexmls_connect__sr_matches'><span class='flexmls_connect__sr_matches_count'>${count}</span></div>
<hr class='flexmls_connect__sr_divider'>
${cards}
<hr class='flexmls_connect__sr_divider'>
${result.pages > 1 ? pagination(search, result.pages) : ''}
${disclosure(null)}
</div>`,
  );
}

function card(listing: Listing, withPrice: boolean): string {
  const address = escapeHtml(oneLineAddress(listing));
  const link = `${detailPath(listing)}?p=n&amp;n=y`;
  const price = withPrice ? `<div class='flexmls_connect__sr_price'>${dollars(listing.listPrice)}</div>` : '';
  return `<div class='flexmls_connect__sr_result' title='${address} - MLS# ${listing.listingId}' link='${link}'>
${price}
<div class='flexmls_connect__sr_address'><a href='${link}' title='Click for more details'>${escapeHtml(listing.street)}<br />${escapeHtml(`${listing.city}, ${listing.state} ${listing.zip}`)}</a></div>
<div class='flexmls_connect__sr_left_column'>
<a class='photo' href='/photos/${listing.listingId}-1.jpg'><img class='flexmls_connect__sr_main_photo' src='/photos/${listing.listingId}-1.jpg' alt='${address}' /></a>
<div class='flexmls_connect__sr_details'>
<button href='${link}'>View Details</button>
<button onclick="flexmls_connect.contactForm({ 'title': 'Ask a Question', 'agentEmail': '${PLANTED_PERSONAL.email}' });">Ask Question</button>
${listing.photosCount > 0 ? `<a class='photo_click flexmls_connect__sr_asset_link'>View Photos (${listing.photosCount})</a>` : ''}
</div></div>
<div class='flexmls_connect__sr_listing_facts_container'><div class='flexmls_connect__sr_listing_facts'>
${facts(listing)
  .map(
    ([label, value]) =>
      `<div class='flexmls_connect__zebra'><span class='flexmls_connect__field_label'>${label}: </span><span class='flexmls_connect__field_value'>${escapeHtml(value)}</span></div>`,
  )
  .join('\n')}
</div></div>
</div>`;
}

function facts(listing: Listing): readonly (readonly [string, string])[] {
  const status: (readonly [string, string])[] = listing.status === 'Active' ? [] : [['Status', listing.status]];
  return [
    ...status,
    ['# of Bedrooms', String(listing.bedrooms)],
    ['# of Bathrooms', bathsText(listing)],
    ['Square Footage', String(listing.livingArea)],
    ['Listing Agent', PLANTED_PERSONAL.agent],
    ['Listing Office', LISTING_OFFICE],
  ];
}

/** Address of another page of a search, escaped for an attribute. */
export function pageLink(search: Search, pg: number): string {
  const query = new URLSearchParams({ OrderBy: search.orderBy, Limit: String(search.limit), pg: String(pg) });
  if (search.postalCode !== null) query.set('PostalCode', search.postalCode);
  for (const status of search.statuses) query.append('StandardStatus[]', status);
  return escapeHtml(`/mls/search/?${query.toString()}`);
}

function pagination(search: Search, pages: number): string {
  const link = (pg: number) => pageLink(search, pg);
  const numbers = Array.from({ length: pages }, (_, index) => index + 1).map((pg) =>
    pg === search.page ? `<span>${pg}</span>` : `<a href='${link(pg)}'>${pg}</a>`,
  );
  const previous = search.page > 1 ? `<button href='${link(search.page - 1)}'>Previous</button>` : '';
  const next = search.page < pages ? `<button href='${link(search.page + 1)}'>Next</button>` : '';
  return `<div class='flexmls_connect__sr_pagination'>${previous} ${numbers.join(' ')} ${next}</div>`;
}
