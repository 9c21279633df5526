import type { Db } from 'mongodb';
import { runDateOf } from '../core/dates.js';
import { PhoenixError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { probeRunKey } from '../core/ids.js';
import type { RawPayload } from '../core/raw-payload.js';
import type { Window } from '../core/schemas/collect.js';
import type { Source } from '../core/source.js';
import { type FailedPage, type KeepFailedPage, keepPageOf } from '../net/failed-page.js';
import { saveArtifact } from '../reports/artifacts.js';
import { recordArtifact } from '../store/artifacts.js';

export interface FailedPagesDeps {
  readonly db: Db;
  readonly dataFolder: string;
  /** Draws redacted HTML as a PNG. @throws PhoenixError when it cannot */
  readonly draw: (html: string) => Promise<Uint8Array>;
}

/**
 * Keeps failed answers by run: redacted JSON, or the redacted HTML and a picture drawn from that same HTML, so that a picture can show
 * nothing that the HTML does not hold (`docs/decisions/pictures-of-redacted-pages.md`). A page that fails again in the
 * same run with the same error overwrites its copy, so retries do not fill the disk.
 */
export function createFailedPages({ db, dataFolder, draw }: FailedPagesDeps): KeepFailedPage {
  const keepFile = async (page: FailedPage, runKey: string, ending: Ending, content: string | Uint8Array) => {
    const path = await saveArtifact(dataFolder, runKey, `${nameOf(page)}.${ending}`, content);
    const { source, endpoint, url, code, problem, window } = page;
    await recordArtifact(db, {
      path,
      runKey,
      kind: 'failed-page',
      mediaType: MEDIA_TYPES[ending],
      bytes: Buffer.byteLength(content),
      sha256: sha256(content),
      source,
      zip: window?.zip ?? null,
      endpoint,
      url,
      code,
      problem,
    });
    return path;
  };
  return async (page) => {
    const runKey = page.window?.runKey ?? probeRunKey(page.source, runDateOf(Date.now(), 'UTC'));
    const path = await keepFile(page, runKey, page.type, page.content);
    const picture = page.type === 'html' ? await drawn(draw, page.content) : null;
    if (picture !== null) await keepFile(page, runKey, 'png', picture);
    return path;
  };
}

type Ending = 'html' | 'json' | 'png';
const MEDIA_TYPES = { html: 'text/html', json: 'application/json', png: 'image/png' } as const;

/** The same page with the same error has the same name. */
function nameOf({ code, endpoint, url }: FailedPage): string {
  return `failed-${code}-${endpoint}-${sha256(url).slice(0, 8)}`;
}

/** Null when the browser cannot draw it: the HTML says as much, and the error must not wait for its picture. */
async function drawn(draw: FailedPagesDeps['draw'], html: string): Promise<Uint8Array | null> {
  try {
    return await draw(html);
  } catch (problem) {
    if (problem instanceof PhoenixError) return null;
    throw problem;
  }
}

/**
 * Runs work that reads payloads of a source and keeps them, redacted, when they turn out to be in another layout or shape: a
 * fixture for whoever mends the parser.
 * @throws what the work throws, with the place of the copy in its message
 */
export async function keepingPages<R>(
  keep: KeepFailedPage,
  source: Pick<Source, 'name' | 'redact'>,
  window: Window,
  payloads: readonly RawPayload[],
  work: () => Promise<R>,
): Promise<R> {
  try {
    return await work();
  } catch (problem) {
    for (const { kind, url, body } of payloads) {
      const redacted = source.redact(body);
      const { type } = redacted;
      const content = type === 'html' ? redacted.html : `${JSON.stringify(redacted.json, null, 2)}\n`;
      await keepPageOf(problem, keep, { source: source.name, endpoint: kind, url, window, type, content });
    }
    throw problem;
  }
}
