import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSelectorActivities } from '../../activities/selectors.js';
import type { RepairDecision } from '../../core/schemas/repair.js';
import type { SelectorProposal } from '../../core/source-repair.js';
import { createKnownSets } from '../../sources/phoenix-mls/known-sets.js';
import { CLASSIC, NEWER, SELECTOR_SETS } from '../../sources/phoenix-mls/selectors.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import {
  approvedSets,
  decideSet,
  keepProposal,
  keepSamples,
  latestRepair,
  openRepair,
  readSamples,
  waitingRepairs,
} from '../../store/selector-sets.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const SOURCE = 'phoenix-mls';
const YES: RepairDecision = { approved: true, by: 'Operator', reason: 'looked at it' };
const NO: RepairDecision = { approved: false, by: 'Operator', reason: 'the price is another' };
const nameOf = (repairKey: string) => ({ source: SOURCE, repairKey }) as const;

function proposalOf(name: string, part: Partial<SelectorProposal> = {}): SelectorProposal {
  return {
    set: JSON.parse(JSON.stringify({ ...NEWER, name })),
    missing: [],
    fields: [],
    facts: { found: 9, of: 10 },
    heldOut: { right: 9, wrong: 0, unsaid: 1, pages: 3 },
    ...part,
  };
}

describe('learned selectors in the store', () => {
  let server: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'selector_sets');
    await initDatabase(database.db);
  }, 60_000);
  beforeEach(() => database.db.collection('selector_sets').deleteMany({}));
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  async function propose(repairKey: string): Promise<string> {
    const repair = await openRepair(database.db, nameOf(repairKey));
    await keepProposal(database.db, repair, proposalOf(repair.name));
    return repair.name;
  }
  const state = async () => (await latestRepair(database.db, SOURCE))?.state;

  it('have the next free version, the same for a repeat; an open one is withdrawn for the next', async () => {
    expect(await propose('repair#1')).toBe('learned@1');
    expect((await openRepair(database.db, nameOf('repair#1'))).name).toBe('learned@1');
    expect(await propose('repair#2')).toBe('learned@2');
    const states = await database.db.collection('selector_sets').find().sort({ _id: 1 }).toArray();
    expect(states.map((row) => row.state)).toEqual(['withdrawn', 'proposed']);
    expect([...(await waitingRepairs(database.db))]).toEqual([[SOURCE, 'learned@2']]);
  });

  it('get one version each when two begin at once', async () => {
    const begun = await Promise.all(['a', 'b', 'c'].map((key) => openRepair(database.db, nameOf(key))));
    expect(new Set(begun.map(({ name }) => name)).size).toBe(3);
  });

  it('are read by a source from the moment of approval, and by a process that starts later', async () => {
    const read = () => approvedSets(database.db, SOURCE);
    const sets = createKnownSets(read);
    const name = await propose('repair#1');
    await sets.refresh();
    expect(sets.current()).toEqual(SELECTOR_SETS);
    await decideSet(database.db, nameOf('repair#1'), YES);
    await sets.refresh();
    expect(sets.current()).toEqual([...SELECTOR_SETS, { ...NEWER, name }]);
    const later = createKnownSets(read);
    await later.refresh();
    expect(later.current()).toEqual(sets.current());
  });

  it('are never read when they were rejected, and the first word stays', async () => {
    await propose('repair#1');
    await decideSet(database.db, nameOf('repair#1'), NO);
    await decideSet(database.db, nameOf('repair#1'), YES);
    expect(await state()).toBe('rejected');
    expect(await approvedSets(database.db, SOURCE)).toEqual([]);
    await keepProposal(database.db, await openRepair(database.db, nameOf('repair#1')), proposalOf('again@1'));
    expect(await latestRepair(database.db, SOURCE)).toMatchObject({ state: 'rejected', set: { name: 'learned@1' } });
  });

  it.each<[string, unknown]>([
    ['a text', 'classic'],
    ['a set without a part', { ...CLASSIC, detail: null }],
    ['a pattern that is none', JSON.parse(JSON.stringify(CLASSIC).replace('-mls_', '(').replace('([\\\\d.,]+)', '(['))],
  ])('that are %s are left out, and the built-in ones go on', async (_name, stored) => {
    const sets = createKnownSets(() => Promise.resolve([stored]));
    await sets.refresh();
    expect(sets.current()).toEqual(SELECTOR_SETS);
  });

  it('rest on pages of the store; a page that is kept no more is left out', async () => {
    const repair = await openRepair(database.db, nameOf('repair#1'));
    const page = {
      kind: 'listing-page',
      key: '1',
      url: 'http://127.0.0.1:1/',
      fetchId: 'f',
      fetchedAt: '2025-11-20T10:00:00.000Z',
    };
    await keepSamples(database.db, repair, [{ ...page, rawRef: 'gone', total: null }]);
    const found = await latestRepair(database.db, SOURCE);
    expect(found?.samples).toHaveLength(1);
    expect(found === null ? null : await readSamples(database.db, found)).toEqual([]);
  });

  it('take no word where there is no proposal', async () => {
    const { decideSelectors } = createSelectorActivities({ database, sources: { all: [], get: notAsked } });
    await openRepair(database.db, nameOf('repair#1'));
    await expect(decideSelectors({ ...nameOf('repair#1'), ...YES })).rejects.toMatchObject({ code: 'ResponseInvalid' });
  });
});

function notAsked(): never {
  throw new Error('was asked');
}
