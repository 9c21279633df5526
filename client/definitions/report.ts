import type { Command } from 'commander';
import { REPORT_NAMES, REPORT_SPANS, type ReportKind, type ReportSpan } from '../../core/schemas/periodic.js';
import type { ReportFlags, ReportListFlags, ReportNoteFlags } from '../commands/report.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

const MARKET = ['--market <name>', 'of this market; default the first of config/markets.json'] as const;
/** The flag that names the period of a kind, and an example. */
const PERIOD = {
  day: ['--date <day>', 'of this day, YYYY-MM-DD; default today', '--date 2026-11-22'],
  week: ['--week <week>', 'of this week, such as 2026-W47; default the last one that is over', '--week 2026-W47'],
  month: ['--month <month>', 'of this month, YYYY-MM; default the last one that is over', '--month 2026-10'],
  quarter: [
    '--quarter <quarter>',
    'of this quarter, such as 2026-Q3; default the last one that is over',
    '--quarter 2026-Q3',
  ],
  range: ['--range <days>', 'of these days, FROM:TO', '--range 2026-11-01:2026-11-22'],
} as const satisfies Readonly<Record<ReportSpan, readonly [string, string, string]>>;

const SUMMARIES: Readonly<Record<ReportKind, string>> = {
  daily: 'Show or send the report of a day: success, volume, cost, quality, what to do',
  weekly: 'Show or send the report of a week, with the weekly status',
  monthly: 'Show or send the report of a month, as slides',
  technical: 'Show or send the technical report of a day: pipeline, network, model, storage',
  maintenance: 'Show or send the report of the upkeep of a week',
  cost: 'Show or send the costs of a month: lines, thresholds, properties, accounts, savings, value',
  quarter: 'Show or send the review of a quarter, as slides',
  value: 'Show or send what the data may be worth beside what it costs, by stated assumptions',
  'first-run': 'Show or send what the first run showed, beside what it must reach',
  custom: 'Show or send a report of any days',
};

export function defineReport(program: Command, run: Run): void {
  const report = program
    .command('report')
    .summary('reports of a day, week or month, and what was sent')
    .description('Reports of a day, week or month, and what was sent');
  for (const kind of REPORT_NAMES) {
    const [flag, words, example] = PERIOD[REPORT_SPANS[kind]];
    describeCommand(report, kind, SUMMARIES[kind], [
      `report ${kind}`,
      `report ${kind} ${example} --out /tmp/reports`,
      `report ${kind} --send`,
    ])
      .option(...MARKET)
      .option(flag, words)
      .option('--send', 'make it in a worker and mail it; what was sent is not sent again')
      .option('--again', 'with --send: send it although it was sent')
      .option('--out <folder>', 'write it there as HTML, text, JSON and PDF')
      .action(async (flags: ReportFlags) =>
        run(async (context) => (await import('../commands/report.js')).makeReport(context, kind, flags)),
      );
  }
  describeCommand(report, 'list', 'List the reports that were made, the newest first', ['report list --kind daily'])
    .option(...MARKET)
    .option('--kind <kind>', `only of this kind: ${REPORT_NAMES.join(', ')}`)
    .option('--limit <count>', 'at most so many, 1 to 1000; default 30')
    .action(async (flags: ReportListFlags) =>
      run(async (context) => (await import('../commands/report.js')).listThem(context, flags)),
    );
  describeCommand(report, 'note', 'Write what no figure can say; reports print it with its date', [
    'report note focus "finish the second market" --by "A. Operator"',
  ])
    .argument('<topic>', 'what it is about; a wrong one lists those there are')
    .argument('<text>', 'the note')
    .option(...MARKET)
    .option('--by <name>', 'who says it')
    .action(async (topic: string, text: string, flags: ReportNoteFlags) =>
      run(async (context) => (await import('../commands/report.js')).writeNote(context, topic, text, flags)),
    );
}
