import { describe, expect, it } from '@jest/globals';
import { NO_COUNTS, type WindowState } from '../../../core/schemas/collect.js';
import type { SourceSummary } from '../../../core/schemas/run.js';
import { missingOf } from '../../../reports/run-summary/summarise.js';

function sourceWith(part: Partial<SourceSummary>): SourceSummary {
  const details = { done: 0, missing: 0, leftForLater: 0 };
  return { name: 'maricopa-assessor', status: 'partial', reason: null, zips: [], details, requests: 0, ...part };
}

function zipWith(zip: string, status: WindowState, reason: string | null) {
  return { ...NO_COUNTS, zip, status, reason, total: null };
}

describe('what a source did not do', () => {
  it.each<[string, Partial<SourceSummary>, readonly string[]]>([
    ['nothing when all is in', { status: 'complete', zips: [zipWith('85031', 'complete', null)] }, []],
    ['nothing when only the limit cut it', { status: 'complete', zips: [zipWith('85031', 'partial', 'limit')] }, []],
    ['why it was left out', { status: 'skipped', reason: 'no browser' }, ['maricopa-assessor: skipped: no browser']],
    [
      'why it failed before any ZIP',
      { status: 'failed', reason: 'TimedOut: no worker' },
      ['maricopa-assessor: TimedOut: no worker'],
    ],
    [
      'a reason once, when a ZIP says it',
      { reason: 'Blocked: wall', zips: [zipWith('85031', 'failed', 'Blocked: wall')] },
      ['maricopa-assessor 85031: failed: Blocked: wall'],
    ],
    [
      'its own reason beside a ZIP that failed for another',
      { reason: '85033 details: X', zips: [zipWith('85031', 'failed', 'Y'), zipWith('85033', 'complete', null)] },
      ['maricopa-assessor 85031: failed: Y', 'maricopa-assessor: 85033 details: X'],
    ],
  ])('is told: %s', (_what, part, sentences) => {
    expect(missingOf(sourceWith(part))).toEqual(sentences);
  });
});
