import type { ReportKind } from '../../../core/schemas/periodic.js';
import type { KindPlan } from '../registry.js';
import { DAILY } from './daily.js';
import { MAINTENANCE } from './maintenance.js';
import { MONTHLY } from './monthly.js';
import { TECHNICAL } from './technical.js';
import { WEEKLY } from './weekly.js';

/** Every kind of report there is. */
export const REPORT_KINDS: Readonly<Record<ReportKind, KindPlan>> = {
  daily: DAILY,
  weekly: WEEKLY,
  monthly: MONTHLY,
  technical: TECHNICAL,
  maintenance: MAINTENANCE,
};
