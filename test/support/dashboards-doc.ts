import { REPORT_NAMES, REPORT_SPANS } from '../../core/schemas/periodic.js';
import { allTargets } from '../../reports/periodic/build.js';
import { CHARTS } from '../../reports/periodic/charts.js';
import { REPORT_KINDS } from '../../reports/periodic/kinds/index.js';
import { LISTS } from '../../reports/periodic/lists.js';
import { MEASURES } from '../../reports/periodic/measures/index.js';
import { NOTES } from '../../reports/periodic/notes.js';
import type { BlockName, SectionPlan } from '../../reports/periodic/registry.js';
import { TABLES } from '../../reports/periodic/tables.js';
import { targetWords } from '../../reports/periodic/words.js';

const BEGIN = '<!-- lines: made by UPDATE_DOCS=1 npm run jest -- test/unit/docs/dashboards.test.ts -->';
const END = '<!-- end of lines -->';

/** The page with the tables of formulas and lines as they must be. */
export function dashboardsDoc(page: string): string {
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  return `${before}${BEGIN}\n\n${[...formulas(), ...REPORT_NAMES.flatMap(kindDoc)].join('\n')}\n\n${END}${after}`;
}

function formulas(): readonly string[] {
  const targets = allTargets();
  const measures = Object.entries(MEASURES).map(([name, { says, inputs, of, unit, target }]) => {
    const row = target === undefined ? undefined : targets[target];
    const reach = row === undefined ? '' : targetWords(row, unit);
    const past = of === 'now' ? 'now' : 'period';
    return `| \`${name}\` | ${past} | ${says} | ${inputs} | ${reach} |`;
  });
  const others = (what: string, all: Readonly<Record<string, { readonly says: string; readonly inputs: string }>>) =>
    Object.entries(all).map(([name, { says, inputs }]) => `| \`${name}\` | ${what} | ${says} | ${inputs} | |`);
  return [
    '### Formulas',
    '',
    '| Formula | Of | What it is | Inputs | Target |',
    '|---|---|---|---|---|',
    ...measures,
    ...others('table', TABLES),
    ...others('list', LISTS),
    ...others('chart', CHARTS),
    '| `note` | note | what a person wrote last about the topic, with date and name; "no input" without one | `report_notes` | |',
    '',
  ];
}

function kindDoc(kind: (typeof REPORT_NAMES)[number]): readonly string[] {
  const { title, headline, sections, mail = [] } = REPORT_KINDS[kind];
  const top: SectionPlan = { id: 'headline', title: 'At the top', blocks: headline.map((line) => ({ line })) };
  const rows = [top, ...mail, ...sections].flatMap((section) =>
    section.blocks.map((block) => {
      const { name, label, formula } = described(block);
      return `| \`${kind}.${section.id}.${name}\` | ${section.title} | ${label} | \`${formula}\` |`;
    }),
  );
  return [
    '',
    `### ${title}`,
    '',
    `\`phx report ${kind}\`, of a ${REPORT_SPANS[kind]}.`,
    '',
    '| Line | Section | Label | Formula |',
    '|---|---|---|---|',
    ...rows,
  ];
}

function described(block: BlockName): { readonly name: string; readonly label: string; readonly formula: string } {
  if ('line' in block) return { name: block.line, label: MEASURES[block.line].label, formula: block.line };
  if ('table' in block) return { name: block.table, label: TABLES[block.table].label, formula: block.table };
  if ('list' in block) return { name: block.list, label: LISTS[block.list].label, formula: block.list };
  if ('chart' in block) return { name: block.chart, label: CHARTS[block.chart].label, formula: block.chart };
  return { name: `note-${block.note}`, label: NOTES[block.note], formula: 'note' };
}
