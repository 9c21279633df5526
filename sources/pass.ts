import type { SourcePage } from '../core/source.js';

/** What a page says of the pass that it belongs to, by its place in the walk. */
export function passOf({ pass }: { readonly pass: 1 | 2 }): Pick<SourcePage, 'pass'> {
  return pass === 2 ? { pass } : {};
}
