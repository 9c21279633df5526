import { expect, it } from '@jest/globals';
import { PhoenixError } from '../../core/errors.js';
import { storeDetail, storePage } from '../../store/windows/pages.js';
import { countRun } from '../../store/windows/windows.js';
import { longestBlock } from './blocking.js';
import type { FrontRequest } from './front.js';
import { bodiesOfAnyType, type HostileBody, hostileBodies } from './hostile-bodies.js';
import { type Kit, NEVER } from './kit.js';

/** Codes that a bad answer may have. All of them stop or repeat a page; none is a surprise. */
const FITTING = ['ResponseInvalid', 'SchemaDrift', 'SourceUnavailable', 'NetworkError', 'Blocked', 'BrowserCrashed'];
/**
 * The aim is 200 ms; 70 to 100 are seen on two busy cores. Beyond this no noise reaches: linear work stays far below it, and
 * quadratic work takes minutes.
 */
const MOST_BLOCKED_MS = 5_000;
const SUITE_MS = 240_000;
const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const prototypes = () => PROTOTYPES.map((one) => Object.getOwnPropertyNames(one).sort().join());

async function storeOnePage({ source, window, database }: Kit): Promise<void> {
  await storePage(database, source, 'demo', window, null, await source.readPage(window, null, NEVER));
}

async function storeOneDetail({ source, window, database, standIn }: Kit): Promise<void> {
  const [key = ''] = standIn.keys();
  await storeDetail(database, source, 'demo', window, key, await source.readDetail(window, key, NEVER));
}

/** How one attempt ended: `fine`, or what must not be. */
async function verdictOf(kit: Kit, work: (kit: Kit) => Promise<void>): Promise<string> {
  const { result: problem, blockedMs } = await longestBlock(() =>
    work(kit).then(
      () => null,
      (thrown: unknown) => thrown,
    ),
  );
  if (problem !== null && !(problem instanceof PhoenixError && FITTING.includes(problem.code))) return String(problem);
  if (blockedMs > MOST_BLOCKED_MS) return `blocked for ${Math.round(blockedMs)} ms`;
  const counts = await countRun(kit.database.db, kit.window.runKey);
  const addsUp = counts.every((row) => row.seen === row.stored + row.unchanged + row.quarantined + row.excluded);
  return addsUp ? 'fine' : 'counts do not add up';
}

async function verdicts(
  kit: Kit,
  bodies: readonly HostileBody[],
  concerns: (request: FrontRequest) => boolean,
  work: (kit: Kit) => Promise<void>,
): Promise<Record<string, string>> {
  const right = await kit.rightPage();
  const found: Record<string, string> = {};
  for (const [name, bend] of bodies) {
    await kit.reset();
    const bent = bend(String(right.body));
    const answer = typeof bent === 'string' ? { ...right, body: bent } : bent;
    kit.front.tamper((request) => (concerns(request) ? answer : null));
    found[name] = await verdictOf(kit, work);
  }
  return found;
}

const allFine = (found: Record<string, string>) => Object.fromEntries(Object.keys(found).map((name) => [name, 'fine']));

/** Bad answers: typed error or quarantine, never a crash, a blocked process, or a changed prototype. */
export function hostilityContract(kit: () => Kit): void {
  it(
    'takes any page for what it is, and the next right one as ever',
    async () => {
      const { standIn } = kit();
      const before = prototypes();
      const found = await verdicts(kit(), hostileBodies(standIn), standIn.isPage, storeOnePage);
      expect(found).toEqual(allFine(found));
      expect(prototypes()).toEqual(before);
      expect('polluted' in {}).toBe(false);
      await kit().reset();
      expect(await verdictOf(kit(), storeOnePage)).toBe('fine');
    },
    SUITE_MS,
  );

  it(
    'takes any detail for what it is',
    async () => {
      const { standIn } = kit();
      const bodies = bodiesOfAnyType(standIn.contentType);
      const found = await verdicts(kit(), bodies, standIn.isDetail, storeOneDetail);
      expect(found).toEqual(allFine(found));
    },
    SUITE_MS,
  );
}
