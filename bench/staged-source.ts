import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Config } from '../core/config.js';
import type { SourceName } from '../core/schemas/names.js';
import type { Source } from '../core/source.js';
import type { HttpGet } from '../net/http-client.js';
import type { VisitPage } from '../net/page-visit.js';
import { createSources } from '../sources/index.js';

/** Address a source would ask, with its headers; for a page, the selector that tells a finished one. */
export interface WouldAsk {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly waitFor: string | null;
}

/** An answer that somebody else fetched. */
export interface Fetched {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly finalUrl: string;
}

interface Stage {
  readonly answer: Fetched | null;
  asked: WouldAsk | null;
}

/**
 * A source whose requests somebody else sends, so that two machineries ask for the same addresses and read the answers with the
 * same code: `wouldAsk` gives the request of a piece of work, `answered` does the work with the answer to it.
 */
export function stagedSource(config: Config, name: SourceName) {
  const stages = new AsyncLocalStorage<Stage>();
  const take = (asked: WouldAsk): Fetched => {
    const stage = stages.getStore();
    if (stage?.answer) return stage.answer;
    if (stage) stage.asked = asked;
    throw new Error('this request is for somebody else');
  };
  const evidence = () => ({ fetchId: randomUUID(), fetchedAt: new Date().toISOString() });
  const http: HttpGet = async ({ url, headers }) => {
    const { status, contentType, text } = take({ url, headers, waitFor: null });
    return { status, reason: 'OK', contentType, location: null, text, ...evidence() };
  };
  const visit: VisitPage = async ({ url, endpoint, waitFor, refusalOf }) => {
    if (endpoint === 'robots') return { ...EMPTY_PAGE, finalUrl: url, ...evidence() }; // the peer obeys it itself
    const { text: html, ...answer } = take({ url, headers: {}, waitFor });
    const page = { ...answer, html, ...evidence() };
    const refusal = refusalOf(page);
    if (refusal !== null) throw refusal;
    return page;
  };
  const source = createSources({
    config,
    http,
    visit,
    permissionHeld: async () => true,
    approvedSets: async () => [],
  }).get(name);
  return {
    source,
    async wouldAsk(work: (source: Source) => Promise<unknown>): Promise<WouldAsk> {
      const stage: Stage = { answer: null, asked: null };
      await stages.run(stage, () => work(source)).catch(() => undefined);
      if (stage.asked === null) throw new Error(`${name} asked for nothing`);
      return stage.asked;
    },
    answered: <T>(answer: Fetched, work: (source: Source) => Promise<T>): Promise<T> =>
      stages.run({ answer, asked: null }, () => work(source)),
  };
}

const EMPTY_PAGE = { status: 200, contentType: 'text/plain', html: '' };
