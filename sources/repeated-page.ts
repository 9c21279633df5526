import { ResponseInvalid } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import type { SourceName } from '../core/schemas/names.js';

/** A page of a walk, and the mark that the page before it left in the cursor. */
interface PageInWalk {
  readonly source: SourceName;
  readonly zip: string;
  /** Left out: it is the first page, or the cursor is from before there were marks. */
  readonly markBefore?: string | undefined;
  /** What names the rows, in their order, as it came; what is neither a text nor a number names nothing. */
  readonly keys: readonly unknown[];
}

/**
 * Mark of a page, for the cursor of the next one. A service that does not heed the number of the page gives the same one
 * for ever; its walk would end late, or never.
 * @throws ResponseInvalid when the page before had the same rows
 */
export function markOfPage({ source, zip, markBefore, keys }: PageInWalk): string {
  const names = keys.map((key) => (typeof key === 'string' || typeof key === 'number' ? String(key) : null));
  const mark = sha256(JSON.stringify(names)).slice(0, 16);
  if (mark === markBefore && names.some((name) => name !== null))
    throw new ResponseInvalid(source, `${zip}: the next page is the page before it again, so the walk would not end`);
  return mark;
}
