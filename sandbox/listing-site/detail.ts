import type { Listing } from '../listing.js';
import { disclosure, dollars, escapeHtml, LISTING_OFFICE, PLANTED_PERSONAL, page } from './html.js';
import { bathsText, oneLineAddress } from './results.js';

/** A labelled value as the detail page shows it. */
export type Row = readonly [label: string, value: string];

/** Detail page in the classic template. The status stands there only when it is not Active. */
export function detailPage(listing: Listing): string {
  const address = escapeHtml(oneLineAddress(listing));
  const status =
    listing.status === 'Active'
      ? ''
      : `Status: <span class='flexmls_connect__ld_status'>${escapeHtml(listing.status)}</span><br />`;
  return page(
    oneLineAddress(listing),
    `<div class='flexmls_connect__sr_detail' title='${address} - MLS# ${listing.listingId}'>
<hr class='flexmls_connect__sr_divider'>
<div class='flexmls_connect__sr_address'>
<div class='flexmls_connect__ld_price'><div>${dollars(listing.listPrice)}</div></div>
${escapeHtml(listing.street)}<br />${escapeHtml(`${listing.city}, ${listing.state} ${listing.zip}`)}<br />MLS# ${listing.listingId}<br />${status}
${listing.bedrooms} beds &nbsp;|&nbsp; ${bathsText(listing)} baths &nbsp;|&nbsp; ${listing.livingArea} sqft<br />
</div>
<div class='flexmls_connect__sr_details'><button onclick="flexmls_connect.scheduleShowing({ 'agentName': '${PLANTED_PERSONAL.agent}', 'agentEmail': '${PLANTED_PERSONAL.email}' })">Schedule a Showing</button></div>
${photos(listing, address)}
<br /><b>Property Description</b><br />${escapeHtml(listing.remarks)}<br /><br />
<div class='flexmls_connect__tab_div'><div class='flexmls_connect__tab active' group='flexmls_connect__detail_group'>Details</div></div>
<div class='flexmls_connect__tab_group' id='flexmls_connect__detail_group'>
${sections(listing)
  .map(([name, rows]) => section(name, rows))
  .join('\n')}
</div>
<hr class='flexmls_connect__sr_divider'>
${disclosure(LISTING_OFFICE)}
</div>`,
  );
}

function photos({ photosCount, listingId }: Listing, address: string): string {
  if (photosCount === 0) return '';
  const small = Array.from(
    { length: Math.min(photosCount, 5) },
    (_, index) =>
      `<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=' ind='${index}' fullsrc='/photos/${listingId}-${index + 1}.jpg' alt='${address}' width='65' />`,
  );
  return `<div class='flexmls_connect__photos'>
<div class='flexmls_connect__photo_container'><img src='/photos/${listingId}-1.jpg' class='flexmls_connect__main_image' alt='${address}' /></div>
<button class='photo_click flexmls_connect__ld_larger_photos_link'>View Larger Photos (${photosCount})</button>
<div class='flexmls_connect__filmstrip'>${small.join(' ')}</div>
</div>`;
}

function section(name: string, rows: readonly Row[]): string {
  const lines = rows.map(
    ([label, value]) =>
      `<div class='flexmls_connect__ld_property_detail_row'><div class='flexmls_connect__ld_property_detail'><b>${label}:</b> ${escapeHtml(value)}</div></div>`,
  );
  return `<div class='flexmls_connect__ld_detail_table'><div class='flexmls_connect__detail_header'>${name}</div><div class='flexmls_connect__ld_property_detail_body columns2'>
${lines.join('\n')}
</div></div>`;
}

/** Sections of the detail page, in the words of the Flexmls templates. */
export function sections(listing: Listing): readonly (readonly [string, readonly Row[]])[] {
  return [
    ['General Property Description', general(listing)],
    ['Location, Tax &amp; Legal', location(listing)],
    ['Contact Information', contact()],
    ['Property Features', features(listing)],
  ];
}

function general(listing: Listing): readonly Row[] {
  return [
    ['# Bedrooms', String(listing.bedrooms)],
    ['Full Bathrooms', String(listing.bathsFull)],
    ...optional('Half Bathrooms', listing.bathsHalf > 0 ? String(listing.bathsHalf) : null),
    ['Approx SQFT', listing.livingArea.toLocaleString('en-US')],
    ['Approx Lot SqFt', listing.lotSqft.toLocaleString('en-US')],
    ['Year Built', String(listing.yearBuilt)],
    ['Private Pool Y/N', listing.privatePool ? 'Yes' : 'No'],
    ['Garage Spaces', String(listing.garageSpaces)],
    ['Carport Spaces', String(listing.carportSpaces)],
  ];
}

function location(listing: Listing): readonly Row[] {
  const fee = listing.associationFee;
  const assessor = listing.assessorNumber;
  return [
    ...optional('Assessor #', assessor),
    ...optional('Subdivision', listing.subdivision),
    ...optional('Elementary School District', listing.elementaryDistrict),
    ...optional('High School District', listing.highSchoolDistrict),
    ['Taxes', dollars(listing.taxAnnualAmount)],
    ...optional('Association Fee', fee === null ? null : dollars(fee.amount)),
    ...optional('Association Fee Paid', fee === null ? null : fee.frequency),
    ...optional('Association Fee Incl', fee === null ? null : 'Maintenance Grounds'),
    ['List Date', listing.listedOn],
  ];
}

function contact(): readonly Row[] {
  return [
    ['Listing Agent', PLANTED_PERSONAL.agent],
    ['Agent Phone', PLANTED_PERSONAL.phone],
    ['Agent Email', PLANTED_PERSONAL.email],
    ['Listing Office', LISTING_OFFICE],
  ];
}

function features(listing: Listing): readonly Row[] {
  return [
    ['Cooling', listing.cooling.join('; ')],
    ['Heating', listing.heating.join('; ')],
    ['Roofing', listing.roof.join('; ')],
    ['Sewer', listing.sewer],
    ['Water Source', listing.waterSource],
  ];
}

function optional(label: string, value: string | null): readonly Row[] {
  return value === null ? [] : [[label, value]];
}
