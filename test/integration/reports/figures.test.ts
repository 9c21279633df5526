import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createReportActivities } from '../../../activities/reports.js';
import { loadConfig } from '../../../core/config.js';
import { loadBudget } from '../../../core/product-settings.js';
import { REPORT_NAMES, type ReportKind } from '../../../core/schemas/periodic.js';
import { createPrinter, type Printer } from '../../../net/printer.js';
import { createCleanText } from '../../../reports/clean-text.js';
import { buildReport } from '../../../reports/periodic/build.js';
import { MEASURES } from '../../../reports/periodic/measures/index.js';
import type { ReportLine, ReportModel } from '../../../reports/periodic/model.js';
import { printReport, renderReportMail, renderReportPage } from '../../../reports/periodic/render.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { addReportNote, findReport } from '../../../store/reports/reports.js';
import { testBrowser } from '../../support/browser.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { readPdf } from '../../support/pdf.js';
import { figuresAgain } from '../../support/report-figures.js';
import { fillReportWorld, HOSTILE, REPORT_DAY, REPORT_NOW_MS } from '../../support/report-world.js';
import { type SmtpStandIn, startSmtp } from '../../support/smtp.js';

const CALM = { cpu: 0.1, memory: 0.2, disk: 0.3 };
const PERIODS: Readonly<Record<ReportKind, readonly [period: string, from: string, to: string]>> = {
  daily: [REPORT_DAY, REPORT_DAY, REPORT_DAY],
  technical: ['2026-02-27', '2026-02-27', '2026-02-27'],
  weekly: ['2026-W09', '2026-02-23', '2026-03-01'],
  maintenance: ['2026-W09', '2026-02-23', '2026-03-01'],
  monthly: ['2026-02', '2026-02-01', '2026-02-28'],
  cost: ['2026-02', '2026-02-01', '2026-02-28'],
  value: ['2026-02', '2026-02-01', '2026-02-28'],
  quarter: ['2026-Q1', '2026-01-01', '2026-03-31'],
  'first-run': [REPORT_DAY, REPORT_DAY, REPORT_DAY],
  custom: ['2026-02-26:2026-02-28', '2026-02-26', '2026-02-28'],
};

describe('periodic reports', () => {
  let server: TestDatabase;
  let database: Database;
  let empty: Database;
  let browser: Printer;
  let dataFolder: string;
  let chromium: string;

  beforeAll(async () => {
    chromium = await testBrowser();
    browser = createPrinter(chromium);
    dataFolder = await mkdtemp(join(tmpdir(), 'reports-'));
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'reports');
    empty = await openDatabase(server.url, 'reports_empty');
    await initDatabase(database.db);
    await initDatabase(empty.db);
    await fillReportWorld(database.db);
    const note = {
      market: 'phoenix',
      text: `${HOSTILE} two markets`,
      by: 'A. Operator',
      at: new Date(REPORT_NOW_MS - 1),
    };
    await addReportNote(database.db, { ...note, topic: 'focus' });
    await addReportNote(database.db, { ...note, topic: 'focus', text: 'too late', at: new Date(REPORT_NOW_MS + 1) });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await database.close();
    await empty.close();
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  const build = (kind: ReportKind, { db } = database): Promise<ReportModel> =>
    buildReport({
      ...{ db, name: { kind, market: 'phoenix', period: PERIODS[kind][0] }, mode: 'demo', nowMs: REPORT_NOW_MS },
      ...{ quotaBytes: 1_048_576_000, machine: async () => CALM, clean: createCleanText(['s3cret']) },
    });
  const linesOf = ({ headline, sections, mail }: ReportModel): readonly ReportLine[] => [
    ...headline,
    ...[...sections, ...(mail ?? [])].flatMap(({ blocks }) =>
      blocks.flatMap((block) => (block.type === 'line' ? [block] : [])),
    ),
  ];

  it.each(REPORT_NAMES)('of kind %s have the figures that queries of the database give', async (kind) => {
    const [, from, to] = PERIODS[kind];
    const end = new Date(Math.min(REPORT_NOW_MS, Date.parse(`${to}T07:00:00Z`) + 86_400_000));
    const again = await figuresAgain(database.db, from, to, end);
    const found = linesOf(await build(kind)).filter(({ formula }) =>
      Object.entries(MEASURES).some(([name, { of }]) => name === formula && of === 'period'),
    );
    expect(found.length).toBeGreaterThan(5);
    for (const { formula, value } of found) {
      expect(Object.keys(again)).toContain(formula);
      const expected = again[formula] ?? null;
      expect([formula, value]).toEqual([formula, expected === null ? null : expect.closeTo(expected, 6)]);
    }
  });

  it('know how things stand', async () => {
    const value = new Map(linesOf(await build('daily')).map((line) => [line.formula, line.value]));
    const booked = await database.db
      .collection('cost_entries')
      .aggregate([
        { $match: { day: { $gte: '2026-03-01' } } },
        { $group: { _id: null, micros: { $sum: '$costUsdMicros' } } },
      ])
      .toArray();
    const micros = Number(booked[0]?.micros);
    const { capUsdMicros } = loadBudget();
    expect(value.get('properties')).toBe(15);
    expect(value.get('month-cost')).toBeCloseTo(micros / 1_000_000, 9);
    expect(value.get('budget-used')).toBeCloseTo(micros / capUsdMicros, 9);
    expect(value.get('budget-left')).toBeLessThanOrEqual((capUsdMicros - micros) / 1_000_000);
    expect(value.get('queue-waiting')).toBe(2);
    expect(value.get('alerts-open')).toBe(1);
    expect([value.get('cpu'), value.get('memory'), value.get('disk')]).toEqual([0.1, 0.2, 0.3]);
    const homes = (await build('daily')).sections
      .flatMap(({ blocks }) => blocks)
      .find(({ formula }) => formula === 'homes');
    expect(homes).toMatchObject({ rows: expect.arrayContaining([['85031', 5, 4, 316_500, 186]]) });
  });

  it('hold a week against the week before, and say that there is none', async () => {
    const weekly = linesOf(await build('weekly'));
    expect(weekly.find(({ formula }) => formula === 'collected')).toMatchObject({ before: null });
    const daily = linesOf(await build('daily')).find(({ formula }) => formula === 'collected');
    const { seen } = await figuresAgain(database.db, '2026-02-28', '2026-02-28', new Date('2026-03-01T07:00:00Z')).then(
      ({ collected }) => ({ seen: collected }),
    );
    expect(daily?.before).toBe(seen);
  });

  it('say what matters first: the colour by rule, with its reason', async () => {
    const daily = await build('daily');
    expect(daily.colour).toBe('YELLOW');
    expect(daily.verdict).toMatch(/^YELLOW: Collection success 83\.3 %, target ≥ 98\.0 %/);
    expect(daily.reasons.at(-1)).toMatch(/^1 alert open: /);
    const alerts = database.db.collection('alerts');
    await alerts.updateOne({ rule: 'source-blocked' }, { $set: { severity: 'P1' } });
    expect(await build('daily')).toMatchObject({ colour: 'RED', verdict: expect.stringMatching(/^RED: P1 open: /) });
    await alerts.updateOne({ rule: 'source-blocked' }, { $set: { severity: 'P2' } });
  });

  it.each(REPORT_NAMES)('of kind %s say "no data" and "no input" where there is none', async (kind) => {
    const report = await build(kind, empty);
    expect(report).toMatchObject({ colour: 'RED', verdict: expect.stringContaining('no run began') });
    const { text, html } = await renderReportMail(report, null, null);
    expect(text).toMatch(/^DEMO: /);
    expect(text.split('\n')[2]).toMatch(/^RED: no run began/);
    expect(text).toContain('no data');
    expect(html).not.toMatch(/NaN|undefined|null</);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('print the last note with its date and writer, and "no input" without one', async () => {
    const weekly = await build('weekly');
    const { text } = await renderReportMail(weekly, null, null);
    expect(text).toMatch(/two\s+markets\s+\(A\.\s+Operator,\s+2026-03-01\)/);
    expect(text).toMatch(/What a person counts as achieved:\n {2}no input/);
    expect(text).not.toContain('too late');
  });

  it('let no text of strangers become markup, and hide secrets', async () => {
    const report = await build('daily');
    const page = await renderReportPage(report);
    const { html, text } = await renderReportMail(report, null, null);
    for (const one of [page, html]) {
      expect(one).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(one).not.toMatch(/<script|<mj-|<style>\*|<b>x<\/b>|\u202e/);
    }
    expect(text).not.toContain('\u202e');
    const template = '{{it.x}} ';
    expect(page).toContain(template);
  });

  it('print as pages with text, page numbers and charts; slides lie on their side', async () => {
    const pages = await readPdf(await printReport(await build('daily'), browser));
    const text = pages.map((page) => page.text).join(' ');
    expect(text).toContain('Daily operations report');
    expect(text).toMatch(/YELLOW: Collection success 83\.3 %/);
    expect(text).toContain(`page 1 of ${pages.length}`);
    expect(text).toMatch(/Records confirmed per day and source.*maricopa-assessor.*phoenix-mls/);
    expect(text).toMatch(/warning of a day 0\.8/);
    expect(text).toContain('<script>alert(1)</script>'); // as words, not as a script
    const slides = await readPdf(await printReport(await build('monthly'), browser));
    expect(slides.every(({ widthPoints }) => widthPoints === 792)).toBe(true);
    expect(slides.length).toBeGreaterThanOrEqual(14);
  }, 60_000);

  describe('on their way', () => {
    let smtp: SmtpStandIn;
    beforeAll(async () => {
      smtp = await startSmtp();
    });
    afterAll(() => smtp.close());

    const name = { kind: 'daily', market: 'phoenix', period: REPORT_DAY } as const;
    const run = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
      new MockActivityEnvironment().run(activity, input);
    const activitiesAt = (port: number) =>
      createReportActivities({
        config: loadConfig({
          env: {
            ...{ PHOENIX_MODE: 'demo', PHOENIX_DATA: dataFolder, CHROMIUM_PATH: chromium, EMAIL_ENABLED: 'true' },
            ...{ SMTP_HOST: '127.0.0.1', SMTP_PORT: `${port}`, SENDER_EMAIL: 'phoenix@x.example' },
            RECIPIENT_EMAILS: 'a@x.example,b@x.example',
          },
          file: '/dev/null',
        }),
        database,
        machine: async () => CALM,
      });

    it('are kept while the mail server is away, sent once, and again when a person asks', async () => {
      const away = activitiesAt(1);
      const kept = await run(away.buildReport, { name, atMs: REPORT_NOW_MS });
      const files = await run(away.writeReport, { name });
      await expect(run(away.mailReport, { ...name, again: null })).rejects.toMatchObject({ code: 'NetworkError' });
      expect(await findReport(database.db, kept.id)).toMatchObject({ sentAt: null, files, sha256: kept.sha256 });
      expect(files.map((file) => file.replace(/^.*\/report\./, ''))).toEqual([
        'html',
        'mail.html',
        'txt',
        'json',
        'pdf',
      ]);
      expect((await readFile(join(dataFolder, files[4] ?? ''))).subarray(0, 5).toString()).toBe('%PDF-');

      const there = activitiesAt(smtp.port);
      await expect(run(there.mailReport, { ...name, again: null })).resolves.toEqual({ sent: true, reason: null });
      await run(there.buildReport, { name, atMs: REPORT_NOW_MS });
      await expect(run(there.mailReport, { ...name, again: null })).resolves.toMatchObject({
        reason: 'it was sent before',
      });
      expect(smtp.received).toHaveLength(1);
      await run(there.mailReport, { ...name, again: 'request-1' });
      await run(there.mailReport, { ...name, again: 'request-1' });
      expect(smtp.received).toHaveLength(2);
      const [first, second] = smtp.received.map(({ parsed }) => parsed);
      expect(first?.messageId).not.toBe(second?.messageId);
      expect(first?.subject).toBe(`[demo] YELLOW: Daily operations report, phoenix ${REPORT_DAY}`);
      const types = first?.attachments.map(({ contentType, filename }) => [contentType, filename]);
      expect(types).toContainEqual(['application/pdf', `daily-phoenix-${REPORT_DAY}.pdf`]);
      expect(types).toContainEqual(['image/png', 'chart-collected.png']);
      expect(first?.text?.split('\n')[2]).toMatch(/^YELLOW: /);
    }, 120_000);
  });
});
