import type { Listing } from '../listing.js';
import { disclosureText, dollars, escapeHtml, LISTING_OFFICE, PLANTED_PERSONAL, page } from './html.js';
import { bathsText, detailPath, oneLineAddress, pageLink } from './results.js';
import type { Search, SearchResult } from './search.js';

/*
 * A template of nobody: other names, other elements, other labels, units behind numbers, comparables that look like the
 * listing itself, a price that was cut. For tests of what happens when the site is redesigned.
 */

const NAMES_OF_STATUS = { Active: 'Active', Pending: 'Pending', 'Active Under Contract': 'Active Under Contract' };

export function unseenResultsPage(search: Search, result: SearchResult, brokenCards: number): string {
  const cards = result.listings.map((listing, index) => card(listing, index >= brokenCards)).join('\n');
  return page(
    'Homes',
    `<p class="finder-head">Homes for sale: <strong class="finder-total">${result.total.toLocaleString('en-US')} homes</strong></p>
<ul class="finder-list">
${cards}
</ul>
${result.pages > 1 ? pager(search, result.pages) : ''}
<aside class="legal-note">${disclosureText(null)}</aside>`,
  );
}

function card(listing: Listing, withPrice: boolean): string {
  const link = `${detailPath(listing)}?from=list`;
  return `<li class="finder-item" data-listing="${listing.listingId}">
<h3><a class="finder-where" href="${link}">${escapeHtml(oneLineAddress(listing))}</a></h3>
${withPrice ? `<b class="finder-ask">${dollars(listing.listPrice)}</b>` : ''}
<em class="badge">${NAMES_OF_STATUS[listing.status]}</em>
<ul class="mini"><li class="bd">${listing.bedrooms} bd</li><li class="ba">${bathsText(listing)} ba</li><li class="sf">${listing.livingArea.toLocaleString('en-US')} sq ft</li></ul>
${listing.photosCount > 0 ? `<small class="shots">${listing.photosCount} photos</small>` : ''}
<p class="by"><span>Listing Agent</span> <span>${PLANTED_PERSONAL.agent}</span></p>
</li>`;
}

function pager(search: Search, pages: number): string {
  const numbers = Array.from({ length: pages }, (_, index) => index + 1).map((pg) =>
    pg === search.page ? `<li><b>${pg}</b></li>` : `<li><a href="${pageLink(search, pg)}">${pg}</a></li>`,
  );
  return `<ol class="pager">${numbers.join('')}</ol>`;
}

export function unseenDetailPage(listing: Listing): string {
  return page(
    'Home',
    `<div class="home" data-home="${listing.listingId}">
<h1 class="home-where">${escapeHtml(oneLineAddress(listing))}</h1>
<div class="home-top"><span class="home-ask">${dollars(listing.listPrice)}</span> <s class="home-was">${dollars(Math.round(listing.listPrice * 1.04))}</s> <em class="badge">${NAMES_OF_STATUS[listing.status]}</em> <span class="home-id">Listing ${listing.listingId}</span></div>
${listing.photosCount > 0 ? `<small class="shots">${listing.photosCount} photos</small>` : ''}
<section class="about"><h2>About this home</h2><p>${escapeHtml(listing.remarks)}</p></section>
<section class="numbers">
${numbers(listing)
  .map(
    ([label, value]) =>
      `<div class="spec"><span class="spec-k">${label}</span><span class="spec-v">${escapeHtml(value)}</span></div>`,
  )
  .join('\n')}
</section>
<section class="near"><h2>Homes nearby</h2>
<div class="near-home"><span class="near-ask">${dollars(listing.listPrice - 11_000)}</span> <span>${listing.bedrooms + 1} bd</span> <span>${listing.livingArea + 40} sq ft</span></div>
</section>
<aside class="legal-note">${disclosureText(LISTING_OFFICE)}</aside>
</div>`,
  );
}

function numbers(listing: Listing): readonly (readonly [string, string])[] {
  const fee = listing.associationFee;
  const rows: readonly (readonly [string, string | null])[] = [
    ['Bedrooms', String(listing.bedrooms)],
    ['Full baths', String(listing.bathsFull)],
    ['Half baths', listing.bathsHalf > 0 ? String(listing.bathsHalf) : null],
    ['Living area', `${listing.livingArea.toLocaleString('en-US')} sq ft`],
    ['Lot', `${listing.lotSqft.toLocaleString('en-US')} sq ft`],
    ['Built', String(listing.yearBuilt)],
    ['Private pool', listing.privatePool ? 'Yes' : 'No'],
    ['Garage', String(listing.garageSpaces)],
    ['Carport', String(listing.carportSpaces)],
    ['Listing Agent', PLANTED_PERSONAL.agent],
    ['Agent Phone', PLANTED_PERSONAL.phone],
    ['Parcel', listing.assessorNumber],
    ['Grade school district', listing.elementaryDistrict],
    ['High school district', listing.highSchoolDistrict],
    ['Yearly taxes', dollars(listing.taxAnnualAmount)],
    ['HOA fee', fee === null ? null : dollars(fee.amount)],
    ['HOA fee paid', fee === null ? null : fee.frequency],
    ['Cooling', listing.cooling.join('; ')],
    ['Heating', listing.heating.join('; ')],
    ['Roof', listing.roof.join('; ')],
    ['Sewer', listing.sewer],
    ['Water', listing.waterSource],
    ['On the market since', listing.listedOn],
  ];
  return rows.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const]));
}
