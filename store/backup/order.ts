/**
 * Read first: what refers to others. The product writes what is referred to before what refers to it, and removes neither while it
 * collects, so what a document of an earlier file names is in a later one.
 */
const FIRST = [
  'change_events',
  'absences',
  'windows',
  'window_pages',
  'processed_properties',
  'enrichments',
  'processing_queue',
  'entity_links',
] as const;
/** Read last: what others refer to. */
const LAST = [
  'raw_properties',
  'record_versions',
  'raw_payloads',
  'fetches',
  'market_indicators',
  'market_files',
  'runs',
] as const;

/**
 * Windows and pages name each other: a complete window needs its pages, a page its window. Windows are read first, so that no complete
 * one lacks a page; pages of windows that were opened after that are left out.
 */
export const WINDOWS = 'windows';
export const WINDOW_PAGES = 'window_pages';

/** Where restores are noted; it speaks of one database alone and is in no backup. */
export const RESTORES = 'restores';

/** Collections in the order in which they are read. Those without a place of their own are between, by name. */
export function inReadingOrder(names: readonly string[]): readonly string[] {
  const there = new Set(names);
  const placed = new Set<string>([...FIRST, ...LAST]);
  const others = names.filter((name) => !placed.has(name)).sort();
  return [...FIRST.filter((name) => there.has(name)), ...others, ...LAST.filter((name) => there.has(name))];
}
