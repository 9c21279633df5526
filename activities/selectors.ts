import { ResponseInvalid, SchemaDrift } from '../core/errors.js';
import type { RawPayload } from '../core/raw-payload.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceName } from '../core/schemas/names.js';
import type {
  CheckKnownInput,
  CheckKnownResult,
  ProposedSelectors,
  RepairDecision,
  RepairName,
  SampleLayoutInput,
} from '../core/schemas/repair.js';
import type { Source } from '../core/source.js';
import type { SourceRepair } from '../core/source-repair.js';
import { differingFacts, differingOnAll } from '../domain/known-facts.js';
import type { KeepFailedPage } from '../net/failed-page.js';
import type { SourceRegistry } from '../sources/index.js';
import type { Database } from '../store/database.js';
import { latestThings, nothingOpen, type StoredThing } from '../store/known-things.js';
import { keepPayload } from '../store/raw-payloads.js';
import { decideSet, keepProposal, keepSamples, openRepair, readSamples, repairOf } from '../store/selector-sets.js';
import { keepingPages } from './failed-pages.js';
import { withHeartbeat } from './heartbeat.js';

export interface LayoutDeps {
  readonly sources: SourceRegistry;
  readonly database: Database;
  readonly keepFailedPage: KeepFailedPage;
}

/** Things that are tried before a run: some may have left the site. */
const TRIED = 8;
/** Things that a proposal may rest on. */
const LEARNED_FROM = 600;

/** Activities that ask a source about its layout; on the queue of the source. Errors as `collectPage`. */
export function createLayoutActivities({ sources, database: { db }, keepFailedPage }: LayoutDeps) {
  return {
    /**
     * Opens pages of known things before a run, as a rule two. Asks nothing where nothing is known, or nothing is open.
     * @throws SchemaDrift when a page is in an unknown layout, or three things in a row differ in the same fact
     */
    async checkKnown(input: CheckKnownInput): Promise<CheckKnownResult> {
      const { run, zips, force } = input;
      const source = sources.get(input.source);
      const { repair, traits } = source;
      if (!repair) return { good: [], reason: 'it reads no pages' };
      if (!force && (await nothingOpen(db, run, source.name, zips))) return { good: [], reason: 'nothing is open' };
      const things = await latestThings(db, source.name, run.market, traits.detailKind, TRIED);
      if (things.length === 0) return { good: [], reason: 'nothing is known yet' };
      return withHeartbeat((signal) => lookAt(source, repair, input, things, signal));
    },

    /** Opens pages to learn an unknown layout from, and keeps them. @throws ResponseInvalid when nothing is known to learn by */
    async sampleLayout({ run, county, zips, ...name }: SampleLayoutInput): Promise<{ readonly pages: number }> {
      const { source, repair } = repairing(sources, name.source);
      const things = await latestThings(db, source.name, run.market, null, LEARNED_FROM);
      if (things.length === 0) throw new ResponseInvalid(source.name, 'nothing is known to learn the layout by');
      const document = await openRepair(db, name);
      return withHeartbeat(async (signal) => {
        const window = windowFor({ run, county, source: source.name }, zips[0] ?? '');
        const samples = await repair.readSample(window, things, signal);
        const stored = [];
        for (const { payload, total } of samples) {
          const { body, ...about } = payload;
          const { hash } = await keepPayload(db, source.name, { ...payload, body: source.redact(body) });
          stored.push({ ...about, rawRef: hash, total });
        }
        await keepSamples(db, document, stored);
        return { pages: stored.length };
      });
    },
  };

  async function lookAt(
    source: Source,
    repair: SourceRepair,
    input: CheckKnownInput,
    things: readonly StoredThing[],
    signal: AbortSignal,
  ): Promise<CheckKnownResult> {
    const differing: (readonly string[])[] = [];
    const looked: string[] = [];
    for (const thing of things) {
      const window = windowFor(input, thing.zip ?? input.zips[0] ?? '');
      const detail = await repair.readKnown(window, thing, signal);
      if (detail.status === 'missing') continue;
      looked.push(thing.key);
      const pages = detail.payloads;
      const strange = await keepingPages(keepFailedPage, source, window, pages, async () => {
        const records = pages.flatMap((payload) => recordsOf(source, payload));
        differing.push(differingFacts(thing, records, repair.passing));
        return throwIfMoved(source.name, differing);
      });
      if (strange !== null) break;
    }
    return { good: looked, reason: looked.length === 0 ? 'no known thing is there any more' : null };
  }
}

/** @returns null while more things should be looked at */
function throwIfMoved(source: SourceName, differing: readonly (readonly string[])[]): 'good' | null {
  if (differing.at(-1)?.length === 0) return 'good';
  const moved = differingOnAll(differing);
  if (moved === null) return null;
  const [worst] = moved;
  if (worst === undefined) return 'good';
  throw new SchemaDrift(
    source,
    worst,
    `layout changed: known pages in a row do not say what is known of them: ${moved.slice(0, 10).join(', ')}`,
  );
}

function recordsOf(source: Source, payload: RawPayload) {
  return source.parse({ ...payload, body: source.redact(payload.body) }).records;
}

function windowFor({ run, county, source }: Pick<CheckKnownInput, 'run' | 'county' | 'source'>, zip: string): Window {
  const { market, runDate, runKey } = run;
  return { market, county, source, zip, runDate, runKey, limit: null };
}

function repairing(sources: SourceRegistry, name: SourceName) {
  const source = sources.get(name);
  if (!source.repair) throw new ResponseInvalid(name, 'it reads no pages');
  return { source, repair: source.repair };
}

export type LayoutActivities = ReturnType<typeof createLayoutActivities>;

/** Activities that learn a layout from kept pages, and keep a person's word about it. Safe to repeat. @throws StoreUnavailable (retried) */
export function createSelectorActivities({ sources, database: { db } }: Pick<LayoutDeps, 'sources' | 'database'>) {
  return {
    /** Makes the proposal of a repair from the pages that were kept for it. Some seconds of work. */
    async proposeSelectors({ run, ...name }: Omit<SampleLayoutInput, 'county' | 'zips'>): Promise<ProposedSelectors> {
      const { repair } = repairing(sources, name.source);
      const document = await openRepair(db, name);
      const things = await latestThings(db, name.source, run.market, null, LEARNED_FROM);
      const proposal = repair.propose(document.name, await readSamples(db, document), things);
      await keepProposal(db, document, proposal);
      const { missing, facts } = proposal;
      return { name: document.name, usable: proposal.set !== null, missing, found: facts.found, fields: facts.of };
    },

    /** Keeps a person's word; the first one stays. From then on every worker reads pages with an approved set, too. */
    async decideSelectors({ source, repairKey, ...word }: RepairName & RepairDecision): Promise<void> {
      await decideSet(db, { source, repairKey }, word);
      if ((await repairOf(db, { source, repairKey }))?.decidedAt == null) {
        throw new ResponseInvalid(source, `there is no proposal of ${repairKey}`);
      }
    },
  };
}

export type SelectorActivities = ReturnType<typeof createSelectorActivities>;
