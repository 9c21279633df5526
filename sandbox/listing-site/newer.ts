import type { Listing } from '../listing.js';
import { type Row, sections } from './detail.js';
import { disclosure, dollars, escapeHtml, LISTING_OFFICE, PLANTED_PERSONAL, page } from './html.js';
import { bathsText, detailPath, oneLineAddress, pageLink } from './results.js';
import type { Search, SearchResult } from './search.js';

/**
 * Results page in the newer template. The names of card, price, address, count and MLS number are those of the contract;
 * status, facts, photo count and pagination are assumed.
 */
export function newerResultsPage(search: Search, result: SearchResult, brokenCards: number): string {
  const cards = result.listings.map((listing, index) => card(listing, index >= brokenCards)).join('\n');
  const count = result.total === 1 ? '1 match found' : `${result.total.toLocaleString('en-US')} matches found`;
  return page(
    'Search Results',
    `<section class="flexmls-results">
<p class="flexmls-matches-count">${count}</p>
${cards}
${result.pages > 1 ? pagination(search, result.pages) : ''}
${disclosure(null)}
</section>`,
  );
}

/** Detail page in the newer template; remarks, facts and photos have assumed names. */
export function newerDetailPage(listing: Listing): string {
  return page(
    oneLineAddress(listing),
    `<article class="flexmls-property">
<h1 class="property-title">${escapeHtml(oneLineAddress(listing))}</h1>
<p><span class="flexmls-price">${dollars(listing.listPrice)}</span> <span class="mls-id">MLS# ${listing.listingId}</span> ${status(listing)}</p>
<p class="flexmls-facts">${facts(listing)}</p>
${photoCount(listing)}
<button data-agent-name="${PLANTED_PERSONAL.agent}" data-agent-email="${PLANTED_PERSONAL.email}">Schedule a Showing</button>
<div class="property-description">${escapeHtml(listing.remarks)}</div>
${sections(listing)
  .map(([name, rows]) => section(name, rows))
  .join('\n')}
${disclosure(LISTING_OFFICE)}
</article>`,
  );
}

function card(listing: Listing, withPrice: boolean): string {
  const link = `${detailPath(listing)}?p=n&amp;n=y`;
  return `<div class="flexmls-listing">
<a class="flexmls-photo" href="${link}"><img src="/photos/${listing.listingId}-1.jpg" alt="${escapeHtml(oneLineAddress(listing))}"></a>
${withPrice ? `<div class="flexmls-price">${dollars(listing.listPrice)}</div>` : ''}
<div class="flexmls-address"><a href="${link}">${escapeHtml(listing.street)}<br>${escapeHtml(`${listing.city}, ${listing.state} ${listing.zip}`)}</a></div>
<div class="flexmls-facts">${facts(listing)}</div>
${status(listing)}
<span class="mls-id">MLS# ${listing.listingId}</span>
${photoCount(listing)}
<dl class="flexmls-contact"><dt>Listing Agent</dt><dd>${PLANTED_PERSONAL.agent}</dd><dt>Listing Office</dt><dd>${LISTING_OFFICE}</dd></dl>
</div>`;
}

function status(listing: Listing): string {
  return listing.status === 'Active' ? '' : `<span class="flexmls-status">${listing.status}</span>`;
}

function facts(listing: Listing): string {
  return `${listing.bedrooms} beds | ${bathsText(listing)} baths | ${listing.livingArea.toLocaleString('en-US')} sqft`;
}

function photoCount({ photosCount }: Listing): string {
  return photosCount === 0 ? '' : `<span class="flexmls-photo-count">View Photos (${photosCount})</span>`;
}

function section(name: string, rows: readonly Row[]): string {
  const lines = rows.map(
    ([label, value]) => `<dt class="detail-label">${label}</dt><dd class="detail-value">${escapeHtml(value)}</dd>`,
  );
  return `<section class="details-section"><h2>${name}</h2><dl>
${lines.join('\n')}
</dl></section>`;
}

function pagination(search: Search, pages: number): string {
  const numbers = Array.from({ length: pages }, (_, index) => index + 1).map((pg) =>
    pg === search.page ? `<span aria-current="page">${pg}</span>` : `<a href="${pageLink(search, pg)}">${pg}</a>`,
  );
  return `<nav class="flexmls-pagination">${numbers.join(' ')}</nav>`;
}
