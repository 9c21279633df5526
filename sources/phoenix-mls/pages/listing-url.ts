/** `/mls/5219-W-EL-CAMINITO-Drive-Glendale-AZ-85302-mls_6937912/`: address, `-mls_`, listing key. */
const DETAIL_PATH = /^\/mls\/[^/?#]*-mls_(\d{7})\/$/;

/**
 * Address of a detail page without its query, from the link of a card.
 * @param base address of the page the link stands on
 * @returns null when the link leads to another origin, to another listing, or is no detail page
 */
export function listingUrl(link: string | null, key: string, base: string): string | null {
  if (link === null || !URL.canParse(link, base)) return null;
  const url = new URL(link, base);
  const ours = url.origin === new URL(base).origin && DETAIL_PATH.exec(url.pathname)?.[1] === key;
  return ours ? `${url.origin}${url.pathname}` : null;
}

/** Keys of the listings whose detail pages a page links to, each once. The form of the address is the same in every template. */
export function keysLinkedOn(html: string): readonly string[] {
  return [...new Set([...html.matchAll(/-mls_(\d{7})\//g)].flatMap(([, key]) => key ?? []))];
}
