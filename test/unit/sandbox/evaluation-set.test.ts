import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { drawEvaluationSet } from '../../../sandbox/evaluation-set.js';

const file = join(projectRoot(), 'config', 'evaluation', 'sandbox.json');

describe('the drawn evaluation set', () => {
  it('is the committed one; UPDATE_EVALUATION=1 writes it', () => {
    const text = `${JSON.stringify({ listings: drawEvaluationSet('phoenix') }, null, 2)}\n`;
    if (process.env.UPDATE_EVALUATION) writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('has at least a hundred listings in more than four styles, none twice, each style with every fact', () => {
    const listings = drawEvaluationSet('phoenix');
    const styles = new Set(listings.map(({ style }) => style));
    expect(listings.length).toBeGreaterThanOrEqual(100);
    expect(styles.size).toBeGreaterThan(4);
    expect(new Set(listings.map(({ text }) => text)).size).toBe(listings.length);
    for (const style of styles) {
      const own = listings.filter((listing) => listing.style === style);
      for (const fact of ['floodIrrigation', 'hoaMonthlyUsd', 'solar', 'pool', 'cooling', 'roof'] as const)
        expect(own.filter(({ facts }) => facts[fact] !== null).length).toBeGreaterThan(3);
    }
  });
});
