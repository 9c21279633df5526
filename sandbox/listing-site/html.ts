/** Text as it may stand in HTML, attribute values in either quotes included. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#039;');
}

/** Whole dollars as the site shows them: `$520,000`. */
export function dollars(amount: number): string {
  return `$${amount.toLocaleString('en-US')}`;
}

/**
 * Personal words planted on every page of a listing, in the places where the plug-in prints them. None may be found in
 * anything this system keeps; tests look for them.
 */
export const PLANTED_PERSONAL = {
  agent: 'Canary Agent Quillfeather',
  phone: '(602) 555-0142',
  email: 'canary.quillfeather@example.invalid',
} as const;

/** Brokers are named on purpose: attribution has to be kept with the data. */
export const LISTING_OFFICE = 'Sandbox Realty';

/** Cookie that the server sets, and the one that a script of the page sets. */
export const VISIT_COOKIE = 'fmc_visit';
/** What the first one says: a secret of the visitor, which tests look for in every place where it must not be. */
export const VISIT_SECRET = 'canary-visit-41c07d9e';
export const SCRIPT_COOKIE = 'fmc_script';

const DISCLOSURE =
  'The data relating to real estate on this site comes in part from the Internet Data Exchange (IDX) program of a ' +
  'stand-in multiple listing service. All information should be verified by the recipient and none is guaranteed as ' +
  'accurate. Information is for personal, non-commercial use.';

/** Disclosure of a page; on detail pages with the office that lists the property. */
export function disclosure(office: string | null): string {
  return `<div class='flexmls_connect__idx_disclosure_text'>${disclosureText(office)}</div>`;
}

/** Its words without the element of the plug-in. */
export function disclosureText(office: string | null): string {
  const required = office === null ? '' : `<p>Listing Office: ${escapeHtml(office)}</p>`;
  return `${required}<p>${DISCLOSURE}</p>`;
}

/** Frame of every page, as a WordPress theme would give it. */
export function page(title: string, content: string): string {
  return `<!DOCTYPE html>
<html lang="en-US">
<head>
<meta charset="UTF-8">
<title>${escapeHtml(title)}</title>
<script>document.cookie = '${SCRIPT_COOKIE}=1; path=/; max-age=86400';</script>
<style>body { font-family: sans-serif }</style>
</head>
<body class="page flexmls_connect">
<header><a href="/simple-search/">Search</a> <a href="tel:+16025550142">${PLANTED_PERSONAL.phone}</a></header>
<main>
${content}
</main>
<footer>Contact <a href="mailto:${PLANTED_PERSONAL.email}">${PLANTED_PERSONAL.email}</a></footer>
<script>window.fmcAgent = { name: '${PLANTED_PERSONAL.agent}', email: '${PLANTED_PERSONAL.email}' };</script>
</body>
</html>
`;
}
