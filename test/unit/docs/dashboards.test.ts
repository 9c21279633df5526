import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { loadSchedules } from '../../../core/product-settings.js';
import { REPORT_NAMES } from '../../../core/schemas/periodic.js';
import { allTargets } from '../../../reports/periodic/build.js';
import { CHARTS } from '../../../reports/periodic/charts.js';
import { FIRST_RUN_TARGETS } from '../../../reports/periodic/first-run-table.js';
import { REPORT_KINDS } from '../../../reports/periodic/kinds/index.js';
import { LISTS } from '../../../reports/periodic/lists.js';
import { MEASURES } from '../../../reports/periodic/measures/index.js';
import { NOTES } from '../../../reports/periodic/notes.js';
import { TABLES } from '../../../reports/periodic/tables.js';
import { dashboardsDoc } from '../../support/dashboards-doc.js';

const FILE = join(projectRoot(), 'docs', 'dashboards.md');
/** What the papers about the product claim as reached. None of it may stand in the code: figures are measured, targets are data. */
const CLAIMS =
  /\b(?:36[,_]?000|3[,_]?000\+|300-750|9[,_]?000-22[,_]?500|108[,_]?000|270[,_]?000|5400|13600|50[,_]?000-150|22[,_]?500|0\.003|2\.8\s?%|98\s?% operational|70\s?% below|88\s?% under|180\s?ms|0\.10-0\.25)\b/;

describe('docs/dashboards.md', () => {
  it('gives each line of each report its formula, inputs and target, and no other', () => {
    const page = readFileSync(FILE, 'utf8');
    const wanted = dashboardsDoc(page);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(FILE, wanted);
    else expect(page).toBe(wanted);
  });
});

describe('reports', () => {
  it.each(REPORT_NAMES)('%s names no line twice, and says what matters first', (kind) => {
    const { headline, sections, mail = [] } = REPORT_KINDS[kind];
    const ids = [...sections, ...mail].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { blocks } of [...sections, ...mail]) {
      const names = blocks.map((block) => JSON.stringify(block));
      expect(new Set(names).size).toBe(names.length);
    }
    expect(headline.some((name) => MEASURES[name].target !== undefined)).toBe(true);
  });

  it('leave no figure without a place', () => {
    const blocks = REPORT_NAMES.flatMap((kind) => {
      const { headline, sections, mail = [] } = REPORT_KINDS[kind];
      return [...headline, ...[...sections, ...mail].flatMap((section) => section.blocks.flatMap(Object.values))];
    });
    const all = [MEASURES, TABLES, LISTS, CHARTS, NOTES].flatMap(Object.keys);
    expect(all.filter((name) => !blocks.includes(name))).toEqual([]);
  });

  it('hold figures against targets that there are, and every target has its figure', () => {
    const used = new Set([...Object.values(MEASURES).flatMap(({ target }) => target ?? []), ...FIRST_RUN_TARGETS]);
    expect([...used].sort()).toEqual(Object.keys(allTargets()).sort());
  });

  it('state no figure that a paper claims', () => {
    const folder = join(projectRoot(), 'reports');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|eta)$/.test(name));
    expect(files.length).toBeGreaterThan(20);
    const claiming = files.filter((name) => CLAIMS.test(readFileSync(join(folder, name), 'utf8')));
    expect(claiming).toEqual([]);
  });

  it('come at their times: daily 08:00, weekly and monthly on Monday at 09:00', () => {
    const times = loadSchedules().flatMap((row) =>
      row.workflow === 'scheduledReport' && row.market === 'phoenix' ? [[row.report, row.timeZone, row.calendar]] : [],
    );
    const zone = 'America/Phoenix';
    expect(times).toEqual(
      expect.arrayContaining([
        ['daily', zone, { hour: 8, minute: 0 }],
        ['weekly', zone, { hour: 9, minute: 0, dayOfWeek: 'MONDAY' }],
        ['monthly', zone, { hour: 9, minute: 0, dayOfWeek: 'MONDAY', dayOfMonth: { start: 1, end: 7 } }],
      ]),
    );
  });
});
