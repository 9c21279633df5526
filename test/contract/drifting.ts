import { expect, it } from '@jest/globals';
import type { QuarantineDocument } from '../../store/documents.js';
import { storePage } from '../../store/windows/pages.js';
import { countRun } from '../../store/windows/windows.js';
import { DRIFT_CHANGES } from './harness.js';
import { bendPages, type Kit, NEVER, typedErrorOf } from './kit.js';

const GOOD_ROWS = 2;

async function readAndStore({ source, window, database }: Kit) {
  const page = await source.readPage(window, null, NEVER);
  return storePage(database, source, 'demo', window, null, page);
}

const storedKeys = ({ database }: Kit) => database.db.collection('raw_properties').countDocuments();

/** Drift: a changed service is noticed by path, and good rows are kept. */
export function driftContract(kit: () => Kit): void {
  it.each(DRIFT_CHANGES)(
    'names the path of a mandatory field (%s) in most rows, keeps the good rows',
    async (change) => {
      const { standIn, window, database } = kit();
      let rows = 0;
      bendPages(kit(), (page) => {
        rows = standIn.rowsOf(page);
        return standIn.drift(page, change, GOOD_ROWS);
      });
      const error = await typedErrorOf(readAndStore(kit()));
      expect(error).toMatchObject({ code: 'SchemaDrift', path: expect.stringMatching(standIn.driftPath) });
      expect(rows).toBeGreaterThan(GOOD_ROWS * 2);
      expect(await storedKeys(kit())).toBe(GOOD_ROWS);
      expect(await countRun(database.db, window.runKey)).toMatchObject([
        { seen: rows, stored: GOOD_ROWS, quarantined: rows - GOOD_ROWS, excluded: 0 },
      ]);
      const reasons = await database.db.collection<QuarantineDocument>('quarantine').find().toArray();
      expect(reasons.every(({ reason, path, rawRef }) => reason !== '' && path !== '' && rawRef !== '')).toBe(true);
    },
  );

  it.each(DRIFT_CHANGES)('quarantines one bad row (%s) alone, with no drift', async (change) => {
    const { standIn, window, database } = kit();
    let rows = 0;
    bendPages(kit(), (page) => {
      rows = standIn.rowsOf(page);
      return standIn.drift(page, change, rows - 1);
    });
    await readAndStore(kit());
    expect(await countRun(database.db, window.runKey)).toMatchObject([
      { seen: rows, stored: rows - 1, quarantined: 1, excluded: 0 },
    ]);
  });

  it('keeps nothing of a page that is none, and says so', async () => {
    const { standIn } = kit();
    bendPages(kit(), (page) => standIn.breakEnvelope(page));
    expect(['SchemaDrift', 'ResponseInvalid']).toContain((await typedErrorOf(readAndStore(kit()))).code);
    expect(await storedKeys(kit())).toBe(0);
  });
}
