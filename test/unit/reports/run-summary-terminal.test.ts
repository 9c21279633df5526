import { describe, expect, it } from '@jest/globals';
import { renderRunSummaryTerminal } from '../../../reports/run-summary/terminal.js';
import { SAMPLE_LINKS, SAMPLE_SUMMARY } from '../../support/run-summary-sample.js';

const plain = (columns = 80) =>
  renderRunSummaryTerminal(SAMPLE_SUMMARY, { colour: false, columns, links: SAMPLE_LINKS });

describe('run summary on the terminal', () => {
  it('begins with the verdict and shows counts, gaps, ZIPs, model, evidence, links and report', () => {
    const page = plain();
    expect(page.split('\n')[0]).toBe('Partial: 1,402 records seen, 1,371 stored, 3 things missing.');
    for (const fact of [
      '1,402 seen = 1,371 stored + 22 unchanged + 6 quarantined + 3 excluded',
      'demo mode, phoenix, 2025-11-22 03:00–03:04 MST (4 min 12 s)',
      '  - phoenix-mls 85033: 15 of 40 listings were not reached, limit.',
      'Model   SmolLM2-135M-Instruct: 24 calls',
      'Late    enrich 31 s over its budget',
      'ListPrice  = $329,900',
      'sha256 3f6c1d0f1e2d',
      'Temporal Web UI  http://127.0.0.1:8233/',
      'Report           artifacts/2025-11-22/',
    ]) {
      expect(page).toContain(fact);
    }
  });

  it('says how good the data is, where it was judged', () => {
    const quality = { score: 0.874, completeness: 0.981, validity: 0.9, withheldFacts: 12, gate: 'below' } as const;
    const page = renderRunSummaryTerminal({ ...SAMPLE_SUMMARY, quality }, { colour: false, columns: 100 });
    expect(page.replace(/\s+/g, ' ')).toContain('; quality 0.87, 98.1 % known, 12 values not shown, below the gate');
    expect(plain()).not.toContain('quality');
  });

  it('aligns the numbers of all sources in the same columns', () => {
    const rows = plain()
      .split('\n')
      .filter((line) => /^ {4}(850\d\d|ZIP) /.test(line));
    expect(rows).toHaveLength(8);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });

  it.each([60, 80, 100, 200])('wraps at %d columns, save words that cannot be broken', (columns) => {
    const long = plain(columns)
      .split('\n')
      .filter((line) => line.length > Math.min(columns, 100) && line.trim().includes(' '))
      .filter((line) => !/\S{40,}/.test(line));
    expect(long).toEqual([]);
  });

  it('uses colour only when asked, and the same words with it', () => {
    const coloured = renderRunSummaryTerminal(SAMPLE_SUMMARY, { colour: true, columns: 80, links: SAMPLE_LINKS });
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
    expect(coloured).toMatch(escapes);
    expect(coloured.replace(escapes, '')).toBe(plain());
    expect(plain()).not.toMatch(escapes);
  });

  it('lets no text of a source steer the terminal', () => {
    const missing = ['\u001b[2J\u001b]8;;http://evil.example\u0007click\r\nComplete: nothing missing\u009b31m'];
    const page = renderRunSummaryTerminal({ ...SAMPLE_SUMMARY, missing }, { colour: false, columns: 80 });
    expect(Array.from(page).filter((letter) => letter !== '\n' && /\p{Cc}/u.test(letter))).toEqual([]);
    expect(page.split('\n').filter((line) => line.startsWith('Complete'))).toEqual([]);
  });

  it('names complete ZIPs with nothing in them in one line, and keeps a row for an empty one that is not complete', () => {
    const [source] = SAMPLE_SUMMARY.sources;
    if (!source) throw new Error('the sample has no source');
    const counts = { seen: 0, stored: 0, unchanged: 0, quarantined: 0, excluded: 0, total: 0 };
    const zips = [
      ...source.zips,
      { ...counts, zip: '85900', status: 'complete' as const, reason: null },
      { ...counts, zip: '85901', status: 'complete' as const, reason: null },
      { ...counts, zip: '85902', status: 'suspect' as const, reason: '0 keys, and 300 on 2026-03-01' },
    ];
    const summary = { ...SAMPLE_SUMMARY, sources: [{ ...source, zips }] };
    const page = renderRunSummaryTerminal(summary, { colour: false, columns: 100 });
    expect(page.replace(/\s+/g, ' ')).toContain('2 ZIPs complete and empty (85900 85901)');
    expect(page).toMatch(/^ {4}85902 +suspect/m);
    expect(page).not.toMatch(/^ {4}8590[01]/m);
  });
});
