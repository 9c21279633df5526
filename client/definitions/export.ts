import type { Command } from 'commander';
import type { ExportFlags } from '../commands/export.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';

export function defineExport(program: Command, run: Run): void {
  describeCommand(
    program,
    'export',
    'Write properties, listings, events or ledgers to a file, with a manifest beside it',
    [
      'export --format csv --out homes.csv',
      'export --format parquet --range last-30-days --zip 85031,85033',
      'export --filter "list_price<=350000" --filter "details_bedrooms>=3" --provenance --format jsonl --out -',
      'export --as-of 2026-11-20 --format json --out homes-of-friday.json',
      'export --what events --range 2026-11-01:2026-11-30 --format csv',
    ],
  )
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--what <what>', 'properties, listings, events, versions, windows or costs; default properties')
    .option('--format <format>', 'csv, json, jsonl or parquet; default by the name of the file, else csv')
    .option('--range <days>', 'FROM:TO, one day, last-7-days, last-30-days or all; default all')
    .option('--zip <zip...>', 'only these ZIP codes', gather)
    .option(
      '--filter <condition>',
      'column, operator (= != < <= > >= ~) and value; may be given again, all must hold',
      andThen,
    )
    .option('--as-of <moment>', 'what held and was known at the end of this day, or at this instant')
    .option('--provenance', 'with source, request, hash of the answer and time of each fact')
    .option('--out <file>', 'name of the file, or - for stdout; default a name of its own in this folder')
    .action(async (flags: ExportFlags) =>
      run(async (context) => (await import('../commands/export.js')).exportData(context, flags)),
    );
}

/** A condition may hold commas: each flag is one. */
function andThen(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
