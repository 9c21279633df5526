import type { SourceName } from '../../core/schemas/names.js';
import type { SourceHarness } from './harness.js';
import { maricopaAssessor } from './maricopa-assessor.js';
import { maricopaGis } from './maricopa-gis.js';
import { phoenixMls } from './phoenix-mls.js';
import { pimaAssessor } from './pima-assessor.js';
import { reso } from './reso.js';

/** One line a source. A source without one fails the suite. */
export const HARNESSES: Readonly<Partial<Record<SourceName, SourceHarness>>> = {
  'maricopa-assessor': maricopaAssessor,
  'phoenix-mls': phoenixMls,
  'maricopa-gis': maricopaGis,
  reso,
  'pima-assessor': pimaAssessor,
};
