import type { Listing } from '../listing.js';
import { detailPage } from './detail.js';
import { newerDetailPage, newerResultsPage } from './newer.js';
import { resultsPage } from './results.js';
import type { Search, SearchResult } from './search.js';
import { unseenDetailPage, unseenResultsPage } from './unseen.js';

/** Templates of the listing site: two of the plug-in, and one that nobody has a selector set for. */
export const LAYOUT_NAMES = ['classic', 'newer', 'unseen'] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** How a template shows what the site knows. */
export interface Layout {
  /** @param brokenCards so many cards, from the first, have no price */
  results(search: Search, result: SearchResult, brokenCards: number): string;
  detail(listing: Listing): string;
}

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  classic: { results: resultsPage, detail: detailPage },
  newer: { results: newerResultsPage, detail: newerDetailPage },
  unseen: { results: unseenResultsPage, detail: unseenDetailPage },
};
