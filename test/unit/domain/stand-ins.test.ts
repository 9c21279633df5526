import { describe, expect, it } from '@jest/globals';
import type { SourceResult, ZipResult } from '../../../core/schemas/collect.js';
import type { AlternativePlan, SourcePlan } from '../../../core/schemas/sequence.js';
import { gapsOf, standInsInWords, standInsOf, toAsk } from '../../../domain/stand-ins.js';

const ZIPS = ['85031', '85033'];
const RESO: SourcePlan = {
  source: 'reso',
  taskQueue: 'http-reso',
  lanes: 2,
  detailsBelongToComplete: false,
  startDelayMs: 0,
  skipReason: null,
};
const COUNTY: AlternativePlan = { of: 'maricopa-assessor', by: 'maricopa-gis', plan: null };
const LISTINGS: AlternativePlan = { of: 'phoenix-mls', by: 'reso', plan: RESO };

const complete = (zip: string): ZipResult => ({ zip, status: 'complete', reason: null });
const failed = (zip: string): ZipResult => ({ zip, status: 'failed', reason: 'SourceUnavailable: status 503' });
const result = (source: SourceResult['source'], zips: readonly ZipResult[]): [string, SourceResult] => [
  source,
  { source, status: 'partial', reason: null, zips, detailsLeft: 0 },
];
const without = (
  source: SourceResult['source'],
  status: 'failed' | 'skipped',
  reason: string,
): [string, SourceResult] => [source, { source, status, reason, zips: [], detailsLeft: 0 }];
/** What is told of a run that ended so. */
const told = (alternatives: readonly AlternativePlan[], ...results: readonly [string, SourceResult][]) => {
  const ended = new Map(results);
  return standInsInWords(standInsOf(gapsOf(alternatives, ZIPS, ended), ended));
};

describe('a stand-in', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      'collected already what the other failed at',
      told(
        [COUNTY],
        result('maricopa-assessor', [failed('85031'), complete('85033')]),
        result('maricopa-gis', ZIPS.map(complete)),
      ),
      ['85031: maricopa-gis instead of maricopa-assessor, because SourceUnavailable: status 503'],
    ],
    [
      'failed too',
      told([COUNTY], result('maricopa-assessor', [failed('85031')]), result('maricopa-gis', [failed('85031')])),
      [
        '85031: nothing instead of maricopa-assessor (SourceUnavailable: status 503): maricopa-gis: SourceUnavailable: status 503',
      ],
    ],
    [
      'steps in for all ZIPs of a source that is paused',
      told([LISTINGS], without('phoenix-mls', 'skipped', 'paused by a person'), result('reso', ZIPS.map(complete))),
      ['85031 85033: reso instead of phoenix-mls, because paused by a person'],
    ],
    [
      'cannot be asked',
      told(
        [{ ...LISTINGS, plan: { ...RESO, skipReason: 'it has no credentials' } }],
        without('phoenix-mls', 'failed', 'Blocked: a captcha'),
      ),
      ['85031 85033: nothing instead of phoenix-mls (Blocked: a captcha): reso: it has no credentials'],
    ],
    [
      'is left alone where all went well, was limited, or was cancelled',
      told(
        [COUNTY, LISTINGS],
        result('maricopa-assessor', ZIPS.map(complete)),
        result('maricopa-gis', ZIPS.map(complete)),
        result('phoenix-mls', [
          { zip: '85031', status: 'partial', reason: 'limit' },
          { zip: '85033', status: 'skipped', reason: 'cancelled' },
        ]),
      ),
      [],
    ],
    ['is left alone where the source was not part of the run', told([COUNTY, LISTINGS]), []],
  ])('%s', (_name, said, expected) => {
    expect(said).toEqual(expected);
  });

  it('is asked for the ZIPs that lack it, and not where the run asks it anyway or nobody can', () => {
    const ended = new Map([
      result('maricopa-assessor', [failed('85031')]),
      result('phoenix-mls', [complete('85031'), { zip: '85033', status: 'partial', reason: 'details: Blocked: no' }]),
    ]);
    expect(toAsk(gapsOf([COUNTY, LISTINGS], ZIPS, ended))).toEqual([{ plan: RESO, zips: ['85033'] }]);
    const useless = { ...LISTINGS, plan: { ...RESO, skipReason: 'it has no credentials' } };
    expect(toAsk(gapsOf([useless], ZIPS, ended))).toEqual([]);
  });
});
