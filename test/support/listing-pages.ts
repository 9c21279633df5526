import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../core/paths.js';
import type { RawPayload } from '../../core/raw-payload.js';
import type { LayoutName } from '../../sandbox/listing-site/layouts.js';

/**
 * Text of a page in `sandbox/recordings/phoenix-mls/`.
 * @param layout folder of another template than the classic one
 */
export function savedPage(name: string, layout: LayoutName = 'classic'): string {
  const folder = join(projectRoot(), 'sandbox', 'recordings', 'phoenix-mls', layout === 'classic' ? '' : layout);
  return readFileSync(join(folder, `${name}.html`), 'utf8');
}

/** A payload of the listing site around a page. */
export function listingPayload(kind: string, html: string, url = 'http://127.0.0.1:1/mls/search/?pg=1'): RawPayload {
  const key = kind === 'listing-page' ? '6937912' : null;
  return { kind, key, url, fetchId: 'fetch-1', fetchedAt: '2025-11-20T10:00:00.000Z', body: { type: 'html', html } };
}
