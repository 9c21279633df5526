import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Config, secretValues } from '../../core/config.js';
import { reportId, TASK_QUEUES } from '../../core/ids.js';
import { quotaBytesOf } from '../../core/product-settings.js';
import { REPORT_NAMES, REPORT_SPANS, type ReportKind, type ReportName } from '../../core/schemas/periodic.js';
import { periodDue, periodOf } from '../../domain/periods.js';
import { withPrinter } from '../../net/printer.js';
import { createCleanText } from '../../reports/clean-text.js';
import { buildReport } from '../../reports/periodic/build.js';
import type { ReportModel } from '../../reports/periodic/model.js';
import { NOTES } from '../../reports/periodic/notes.js';
import { printReport, renderReportMail, renderReportPage } from '../../reports/periodic/render.js';
import { renderReportText } from '../../reports/periodic/text.js';
import { viewOf } from '../../reports/periodic/view.js';
import { addReportNote, listReports } from '../../store/reports/reports.js';
import type { periodicReport } from '../../workflows/periodic-report.js';
import { awaitWorkflow } from '../await-workflow.js';
import { phxOn, readSetting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { Faults, readWhole, theMarket } from '../run-request.js';

export interface ReportFlags {
  readonly market?: string;
  readonly date?: string;
  readonly week?: string;
  readonly month?: string;
  readonly quarter?: string;
  readonly range?: string;
  readonly send?: true;
  readonly again?: true;
  readonly out?: string;
}

export interface ReportListFlags {
  readonly market?: string;
  readonly kind?: string;
  readonly limit?: string;
}

export interface ReportNoteFlags {
  readonly market?: string;
  readonly by?: string;
}

const USUAL_LIMIT = 30;
const MOST_LIMIT = 1_000;
const LONGEST_NOTE = 600;
const FLAG = { day: 'date', week: 'week', month: 'month', quarter: 'quarter', range: 'range' } as const;

/**
 * Shows a report, writes it to a folder, or has a worker make and mail it.
 * @returns 1 when it was to be sent and was not
 * @throws CliError (UsageError), (RunFailed)
 */
export async function makeReport(context: CliContext, kind: ReportKind, flags: ReportFlags): Promise<number> {
  const name = nameOf(kind, flags);
  const { config } = await readSetting(context);
  return flags.send === true ? sendIt(context, config, name, flags) : showIt(context, config, name, flags);
}

function nameOf(kind: ReportKind, flags: ReportFlags): ReportName {
  const faults = new Faults();
  const [market, { timeZone }] = theMarket(flags.market);
  const span = REPORT_SPANS[kind];
  const period = flags[FLAG[span]] ?? (span === 'range' ? '' : periodDue(span, Date.now(), timeZone));
  if (period === '') faults.add('--range FROM:TO says of which days');
  else if (periodOf(span, period, timeZone) === null) faults.add(`--${FLAG[span]}: "${period}" is no ${span}`);
  if (flags.again === true && flags.send !== true) faults.add('--again belongs to --send');
  if (flags.send === true && flags.out !== undefined) faults.add('--out and --send exclude each other');
  faults.throwAny(`phx report ${kind} --help shows an example`);
  return { kind, market, period };
}

async function showIt(context: CliContext, config: Config, name: ReportName, { out }: ReportFlags): Promise<number> {
  const model = await withDatabase(config, (db) =>
    buildReport({
      ...{ db, name, mode: config.mode, nowMs: Date.now(), machine: null },
      quotaBytes: quotaBytesOf(config.mode),
      clean: createCleanText(secretValues(config)),
    }),
  );
  const files = out === undefined ? [] : await writeFiles(config, model, resolve(out));
  context.out.document({ ...model, files });
  if (files.length === 0) context.out.data(renderReportText(viewOf(model, 'all')).trimEnd());
  else for (const file of files) context.out.data(file);
  return 0;
}

async function writeFiles(config: Config, model: ReportModel, folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const stem = `${model.kind}-${model.market}-${model.period.replace(':', '-to-')}`;
  const files: string[] = [];
  const write = async (extension: string, content: string | Uint8Array) => {
    const file = join(folder, `${stem}.${extension}`);
    await writeFile(file, content);
    files.push(file);
  };
  await write('txt', renderReportText(viewOf(model, 'all')));
  await write('html', await renderReportPage(model));
  await write('json', `${JSON.stringify(model, null, 2)}\n`);
  await withPrinter(config.chromiumPath, async (browser) => {
    await write('mail.html', await mailAlone(model, browser));
    if (browser !== null) await write('pdf', await printReport(model, browser));
  });
  return files;
}

/** The mail as a file: its pictures are in it. */
async function mailAlone(model: ReportModel, browser: Parameters<typeof renderReportMail>[1]): Promise<string> {
  const { html, pictures } = await renderReportMail(model, browser, null);
  return pictures.reduce(
    (text, { cid, png }) =>
      text.replaceAll(`cid:${cid}`, `data:image/png;base64,${Buffer.from(png).toString('base64')}`),
    html,
  );
}

async function sendIt(context: CliContext, config: Config, name: ReportName, { again }: ReportFlags): Promise<number> {
  const result = await withTemporal(context, config, async (client) => {
    const handle = await client.workflow.start<typeof periodicReport>('periodicReport', {
      workflowId: reportId(name.kind, name.market, name.period),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ ...name, send: true, again: again === true ? randomUUID() : null }],
    });
    return awaitWorkflow(context, handle, `${phxOn(context, config)} report list shows what became of it`);
  });
  const { out } = context;
  out.document({ schemaVersion: 1, ...name, ...result });
  out.data(
    `${result.id}: ${result.colour}, ${result.sent ? 'sent' : 'not sent'}${result.reason === null ? '' : `: ${result.reason}`}`,
  );
  for (const file of result.files) out.data(`  ${join(config.dataFolder, file)}`);
  return result.sent ? 0 : 1;
}

/** The reports that were made. */
export async function listThem(context: CliContext, flags: ReportListFlags): Promise<number> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const limit = readWhole('--limit', flags.limit, 1, MOST_LIMIT, faults) ?? USUAL_LIMIT;
  const kind = REPORT_NAMES.find((one) => one === flags.kind) ?? null;
  if (flags.kind !== undefined && kind === null) faults.add(`--kind must be one of ${REPORT_NAMES.join(', ')}`);
  faults.throwAny('phx report list --help shows an example');
  const { config } = await readSetting(context);
  const rows = await withDatabase(config, (db) => listReports(db, market, kind, limit));
  context.out.document(
    rows.map(({ _id, at, sentAt, ...row }) => ({
      ...{ schemaVersion: 1, id: _id, ...row, at: at.toISOString(), sentAt: sentAt?.toISOString() ?? null },
    })),
  );
  const shown = rows.map((row) => [
    ...[row.kind, row.period, row.colour, row.at.toISOString().slice(0, 16), row.sentAt === null ? 'no' : 'yes'],
    row.files.find((file) => file.endsWith('.pdf')) ?? row.files[0] ?? '',
  ]);
  context.out.data(columnsOf([['KIND', 'PERIOD', 'VERDICT', 'MADE (UTC)', 'SENT', 'FILE'], ...shown]));
  return 0;
}

/** Takes down a note. @throws CliError (UsageError) */
export async function writeNote(
  context: CliContext,
  topic: string,
  text: string,
  { market, by }: ReportNoteFlags,
): Promise<number> {
  const faults = new Faults();
  const [name] = theMarket(market);
  const words = text.trim();
  if (words === '' || words.length > LONGEST_NOTE) faults.add(`the note must have 1 to ${LONGEST_NOTE} letters`);
  if (by === undefined || by.trim() === '') faults.add('--by says who writes it');
  faults.throwAny('phx report note --help shows an example');
  if (!Object.hasOwn(NOTES, topic)) {
    const topics = Object.entries(NOTES).map(([one, what]) => `${one} (${what})`);
    throw new CliError('UsageError', `there is no topic ${topic}`, `there are: ${topics.join(', ')}`);
  }
  const { config } = await readSetting(context);
  const note = { market: name, topic, text: words, by: by?.trim() ?? '', at: new Date() };
  await withDatabase(config, (db) => addReportNote(db, note));
  context.out.document({ schemaVersion: 1, ...note, at: note.at.toISOString() });
  context.out.data(`${topic}: kept; the next report prints it`);
  return 0;
}
