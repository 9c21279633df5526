import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, secretValues } from '../core/config.js';
import { BadConfig } from '../core/errors.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { reportId } from '../core/ids.js';
import { quotaBytesOf } from '../core/product-settings.js';
import type { KeptReport, PeriodicReportInput, ReportName } from '../core/schemas/periodic.js';
import type { MailOutcome } from '../core/schemas/sequence.js';
import { type Printer, withPrinter } from '../net/printer.js';
import { createMailer, type Mail, type MailAttachment } from '../notify/mail.js';
import { mailReadiness } from '../notify/mail-settings.js';
import { sendOnce } from '../notify/sent-ledger.js';
import { saveArtifact } from '../reports/artifacts.js';
import { createCleanText } from '../reports/clean-text.js';
import { buildReport } from '../reports/periodic/build.js';
import { isReportModel, type ReportModel } from '../reports/periodic/model.js';
import { printReport, renderReportMail, renderReportPage } from '../reports/periodic/render.js';
import type { Database } from '../store/database.js';
import type { MachineFigures } from '../store/detectors/context.js';
import { findReport, keepReport, noteReportFiles, noteReportSent } from '../store/reports/reports.js';
import { createSentLedger } from '../store/reports/sent-mails.js';
import { withHeartbeat } from './heartbeat.js';

export interface ReportDeps {
  readonly config: Config;
  readonly database: Pick<Database, 'db'>;
  readonly machine: () => Promise<MachineFigures>;
}

const PDF = 'application/pdf';

/** Activities of periodic reports. All are safe to repeat. */
export function createReportActivities({ config, database: { db }, machine }: ReportDeps) {
  const { mode, dataFolder } = config;
  return {
    /** Reads the figures of a report and keeps them. @throws BadConfig (final), StoreUnavailable (retried) */
    async buildReport({ name, atMs }: { readonly name: ReportName; readonly atMs: number }): Promise<KeptReport> {
      return withHeartbeat(async () => {
        const clean = createCleanText(secretValues(config));
        const model = await buildReport({
          db,
          name,
          mode,
          nowMs: atMs,
          quotaBytes: quotaBytesOf(mode),
          machine,
          clean,
        });
        const { id, colour, verdict } = model;
        const hash = sha256(canonicalJson(JSON.parse(JSON.stringify(model))));
        const { kind, market, period } = name;
        await keepReport(db, {
          _id: id,
          kind,
          market,
          period,
          at: new Date(atMs),
          sha256: hash,
          colour,
          verdict,
          model,
        });
        return { id, colour, sha256: hash };
      });
    },

    /**
     * Writes a kept report as HTML, text, JSON and, where there is a browser, PDF. A repeat overwrites the same files.
     * @throws BrowserCrashed, StoreUnavailable (retried)
     */
    async writeReport({ name }: { readonly name: ReportName }): Promise<readonly string[]> {
      return withHeartbeat(() =>
        withPrinter(config.chromiumPath, async (browser) => {
          const model = await keptModel(db, name);
          const { html, text } = await renderReportMail(model, null, null);
          const folder = `${model.id}/${model.to}`;
          const save = (extension: string, content: string | Uint8Array) =>
            saveArtifact(dataFolder, folder, `report.${extension}`, content);
          const files = [
            await save('html', await renderReportPage(model)),
            await save('mail.html', html),
            await save('txt', text),
            await save('json', `${JSON.stringify(model, null, 2)}\n`),
            ...(browser === null ? [] : [await save('pdf', await printReport(model, browser))]),
          ];
          await noteReportFiles(db, model.id, files);
          return files;
        }),
      );
    },

    /**
     * Mails a kept report with its PDF to the configured recipients, once for each request. Without mail settings nothing is sent
     * and the reason is given. @throws NetworkError, BrowserCrashed (retried), BadConfig (final)
     */
    async mailReport({ again, ...name }: Omit<PeriodicReportInput, 'send'>): Promise<MailOutcome> {
      const readiness = mailReadiness(config);
      if (!readiness.ready) return { sent: false, reason: readiness.reason };
      const id = reportId(name.kind, name.market, name.period);
      const sentAt = (await findReport(db, id))?.sentAt ?? null;
      if (sentAt !== null && again === null) return { sent: true, reason: 'it was sent before' };
      return withHeartbeat(async (signal) => {
        const mail = await withPrinter(config.chromiumPath, (browser) => mailOf({ db, dataFolder, browser }, name));
        const idempotencyKey = again === null ? id : `${id} again ${again}`;
        const mailer = createMailer(readiness.settings);
        const sent = await sendOnce(mailer, createSentLedger(db), { idempotencyKey, ...mail }, signal);
        if (sent.status === 'refused')
          return { sent: false, reason: `the mail server refused: ${sent.refused.join(', ')}` };
        await noteReportSent(db, id, new Date());
        return { sent: true, reason: sent.alreadyDone ? 'it was sent before' : null };
      });
    },
  };
}

interface MailParts {
  readonly db: Database['db'];
  readonly dataFolder: string;
  readonly browser: Printer | null;
}

/** The mail of a kept report: charts in it, PDF beside it. @throws BrowserCrashed (retried), BadConfig */
async function mailOf({ db, dataFolder, browser }: MailParts, name: ReportName): Promise<Omit<Mail, 'idempotencyKey'>> {
  const { kind, market, period } = name;
  const pdf =
    (await findReport(db, reportId(kind, market, period)))?.files.find((file) => file.endsWith('.pdf')) ?? null;
  const filename = pdf === null ? null : `${kind}-${market}-${period.replace(':', '-to-')}.pdf`;
  const { subject, html, text, pictures } = await renderReportMail(await keptModel(db, name), browser, filename);
  const attachments: MailAttachment[] = pictures.map(({ cid, png }) => ({
    ...{ filename: `${cid.split('@')[0]}.png`, contentType: 'image/png', cid, content: png },
  }));
  if (pdf !== null && filename !== null)
    attachments.push({ filename, contentType: PDF, content: await readFile(join(dataFolder, pdf)) });
  return { subject, html, text, attachments };
}

/** @throws BadConfig when the report was not built */
async function keptModel(db: Database['db'], { kind, market, period }: ReportName): Promise<ReportModel> {
  const id = reportId(kind, market, period);
  const model = (await findReport(db, id))?.model;
  if (!isReportModel(model))
    throw new BadConfig([`report ${id} is not kept in a form of this version; build it again`]);
  return model;
}

export type ReportActivities = ReturnType<typeof createReportActivities>;
