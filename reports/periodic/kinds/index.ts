import type { ReportKind } from '../../../core/schemas/periodic.js';
import type { KindPlan } from '../registry.js';
import { COST } from './cost.js';
import { CUSTOM } from './custom.js';
import { DAILY } from './daily.js';
import { FIRST_RUN } from './first-run.js';
import { MAINTENANCE } from './maintenance.js';
import { MONTHLY } from './monthly.js';
import { QUARTER } from './quarter.js';
import { TECHNICAL } from './technical.js';
import { VALUE } from './value.js';
import { WEEKLY } from './weekly.js';

/** Every kind of report there is. */
export const REPORT_KINDS: Readonly<Record<ReportKind, KindPlan>> = {
  daily: DAILY,
  weekly: WEEKLY,
  monthly: MONTHLY,
  technical: TECHNICAL,
  maintenance: MAINTENANCE,
  cost: COST,
  quarter: QUARTER,
  value: VALUE,
  'first-run': FIRST_RUN,
  custom: CUSTOM,
};
