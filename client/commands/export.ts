import { resolve } from 'node:path';
import type { Config } from '../../core/config.js';
import { peakMemoryBytes } from '../../core/peak-memory.js';
import type { KindOrder } from '../../domain/compose.js';
import { type DataRequest, EXPORTS, type ExportName } from '../../reports/export/dataset.js';
import { ExportFileError, manifestPath, openFileSink, type Sink, streamSink } from '../../reports/export/file.js';
import { type Condition, readCondition } from '../../reports/export/filter.js';
import { type ExportFormat, FORMATS } from '../../reports/export/formats.js';
import { type DayRange, readRange } from '../../reports/export/range.js';
import {
  datasetOf,
  type ExportRequest,
  type Manifest,
  whyEmpty,
  writeExport,
} from '../../reports/export/write-export.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { Faults, readZips, theMarket, today } from '../run-request.js';
import { readAsOf } from '../source-request.js';

export interface ExportFlags {
  readonly market?: string;
  readonly what?: string;
  readonly format?: string;
  readonly range?: string;
  readonly zip?: readonly string[];
  readonly filter?: readonly string[];
  readonly asOf?: string;
  readonly provenance?: true;
  readonly out?: string;
}

const STDOUT = '-';
const MIB = 1_048_576;
/** What has facts that come from answers; the ledgers are our own. */
const WITH_FACTS: readonly ExportName[] = ['properties', 'listings', 'events', 'versions'];
/** Of these a moment is one state: days of changes are not part of it. */
const STATES: readonly ExportName[] = ['properties', 'listings'];

/**
 * Writes an export. What is read and written is bounded by some thousand rows, whatever the size. Its figures are on stdout, or on
 * stderr when the rows are.
 * @throws CliError (UsageError; Refused where the file cannot be written; Interrupted)
 */
export async function exportData(context: CliContext, flags: ExportFlags): Promise<number> {
  const plan = readFlags(context, flags);
  const { config } = await readSetting(context);
  const request: ExportRequest = {
    ...plan.request,
    mode: config.mode,
    kindOrder: await kindOrderFor(plan.request, config),
  };
  const path = plan.out === STDOUT ? null : resolve(plan.out ?? usualName(request));
  return withDatabase(config, async (db) => {
    const startedAtMs = performance.now();
    const sink = await sinkOf(context, path).catch(told);
    const manifest = await writeExport(db, request, sink, context.signal).catch((problem: unknown) => {
      if (context.signal.aborted) throw new CliError('Interrupted', 'stopped before the file was whole; none was left');
      return told(problem);
    });
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const empty = manifest.rows === 0 ? await whyEmpty(db, request, manifest.rowsRead) : null;
    tell(context, path, manifest, empty, seconds);
    return 0;
  });
}

/** Which answers speak first, where facts are composed. It loads every source, so only then. */
async function kindOrderFor({ what, asOf }: Plan['request'], config: Config): Promise<KindOrder> {
  if (what !== 'listings' && asOf === null) return {};
  return (await import('../plan-sources.js')).kindOrderOf(config);
}

function sinkOf({ out }: CliContext, path: string | null): Promise<Sink> {
  if (path !== null) return openFileSink(path);
  return Promise.resolve(streamSink(process.stdout, (manifest) => out.note(manifest.trimEnd())));
}

function told(problem: unknown): never {
  if (!(problem instanceof ExportFileError)) throw problem;
  throw new CliError('Refused', problem.message, 'name another file with --out', { cause: problem });
}

/** Figures of the file; the peak is that of the whole process. */
function tell(
  { out }: CliContext,
  path: string | null,
  manifest: Manifest,
  empty: string | null,
  seconds: number,
): void {
  const { rows, bytes, sha256 } = manifest;
  const peakMb = Math.round(peakMemoryBytes() / MIB);
  const figures = { seconds: Math.round(seconds * 10) / 10, peakMb };
  if (empty !== null) out.note(`0 rows: ${empty}`);
  if (path === null) {
    out.note(`${rows} rows, ${bytes} bytes, sha256 ${sha256}, ${figures.seconds} s, ${peakMb} MB of memory at most`);
    return;
  }
  out.document({ ...manifest, file: path, manifest: manifestPath(path), empty, figures });
  out.data(
    [
      path,
      `  ${rows} rows, ${bytes} bytes, sha256 ${sha256}`,
      `  ${figures.seconds} s, ${peakMb} MB of memory at most`,
      `  ${manifestPath(path)}`,
    ].join('\n'),
  );
}

interface Plan {
  readonly request: Omit<ExportRequest, 'mode' | 'kindOrder'>;
  readonly out: string | null;
}

function readFlags({ out }: CliContext, flags: ExportFlags): Plan {
  const faults = new Faults();
  const [market, rules] = theMarket(flags.market);
  const what = oneOf('--what', flags.what ?? 'properties', EXPORTS, faults) ?? 'properties';
  const format = formatOf(flags, faults);
  const asOf = readAsOf('--as-of', flags.asOf, rules, faults);
  const range = rangeOf(flags.range, today(rules), faults);
  const zips = readZips(flags.zip, faults);
  const provenance = flags.provenance === true;
  if (asOf !== null && !WITH_FACTS.includes(what))
    faults.add(`--as-of is of ${WITH_FACTS.join(', ')}; ${what} have no earlier state`);
  if (asOf !== null && range !== null && STATES.includes(what)) {
    faults.add('--as-of and --range exclude each other: a moment has no days');
  }
  if (provenance && !WITH_FACTS.includes(what))
    faults.add(`--provenance is of ${WITH_FACTS.join(', ')}; ${what} are our own records`);
  if (flags.out === STDOUT && out.json) faults.add('--json and --out - exclude each other: both are stdout');
  if (flags.out === '') faults.add('--out must be the name of a file, or -');
  const { timeZone } = rules;
  const data = { market, timeZone, range, zips, asOf, provenance };
  const conditions = conditionsOf(flags.filter ?? [], what, { ...data, mode: 'demo', kindOrder: {} }, faults);
  faults.throwAny('docs/exports.md tells columns and filters; phx export --help shows examples');
  return { request: { ...data, what, format, conditions }, out: flags.out ?? null };
}

function oneOf<T extends string>(flag: string, text: string, known: readonly T[], faults: Faults): T | null {
  return known.find((one) => one === text) ?? faults.add(`${flag} must be one of ${known.join(', ')}, not "${text}"`);
}

function formatOf({ format, out = '' }: ExportFlags, faults: Faults): ExportFormat {
  if (format !== undefined) return oneOf('--format', format, FORMATS, faults) ?? 'csv';
  return FORMATS.find((known) => out.endsWith(`.${known}`)) ?? 'csv';
}

function rangeOf(text: string | undefined, latest: string, faults: Faults): DayRange | null {
  const read = readRange(text ?? 'all', latest);
  return 'fault' in read ? faults.add(read.fault) : read.range;
}

function conditionsOf(
  texts: readonly string[],
  what: ExportName,
  request: DataRequest,
  faults: Faults,
): readonly Condition[] {
  const { columns } = datasetOf(what, request);
  return texts.flatMap((text) => {
    const read = readCondition(text, columns, request.timeZone);
    if ('condition' in read) return [read.condition];
    faults.add(read.fault);
    return [];
  });
}

/** A name that tells what is in the file and when it was made. */
function usualName({ market, what, format }: ExportRequest): string {
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${market}-${what}-${at}.${format}`;
}
