import type { Command } from 'commander';
import type { QualityTrendsFlags } from '../commands/quality-trends.js';
import type { Run } from '../context.js';
import type { QualityFlags } from '../quality-rows.js';
import { describeCommand } from './describe.js';

export function defineQuality(program: Command, run: Run): void {
  const quality = program
    .command('quality')
    .summary('how good the data is, and why')
    .description('How good the data is, and why: completeness, validity, agreement of sources, freshness');
  describeCommand(quality, 'report', 'Show the quality of a market: shares, fields, sources, contradictions, gaps', [
    'quality report',
    'quality report --zip 85031 --source phoenix-mls --json',
  ])
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--zip <zip>', 'only properties of this ZIP code')
    .option('--source <source>', 'only properties that this source states; unique prefixes will do')
    .action(async (flags: QualityFlags) =>
      run(async (context) => (await import('../commands/quality-report.js')).reportQuality(context, flags)),
    );
  describeCommand(quality, 'trends', 'Show the quality of the last days, and what got worse with its likely cause', [
    'quality trends --days 30',
  ])
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--days <count>', 'so many days back, today counted; default 14')
    .action(async (flags: QualityTrendsFlags) =>
      run(async (context) => (await import('../commands/quality-trends.js')).showTrends(context, flags)),
    );
  describeCommand(quality, 'field', 'Show the quality of one field: by source, with contradictions and findings', [
    'quality field LivingArea',
    'quality field details.square_feet --zip 85031 --json',
  ])
    .argument('<name>', 'RESO name, or key of the document')
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--zip <zip>', 'only properties of this ZIP code')
    .option('--source <source>', 'only properties that this source states; unique prefixes will do')
    .action(async (name: string, flags: QualityFlags) =>
      run(async (context) => (await import('../commands/quality-field.js')).showField(context, name, flags)),
    );
  describeCommand(quality, 'property', 'Show the score of one property: every point that it lacks, and why', [
    'quality property 103-06-005',
  ])
    .argument('<property>', 'parcel number, property id or address')
    .action(async (name: string) =>
      run(async (context) => (await import('../commands/quality-property.js')).showPropertyQuality(context, name)),
    );
}
