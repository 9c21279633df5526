import { writeFile } from 'node:fs/promises';
import { runDateOf } from '../../core/dates.js';
import { BadConfig } from '../../core/errors.js';
import { loadIncidentSettings, loadRoster, marketOf } from '../../core/product-settings.js';
import { INCIDENT_LEVELS } from '../../core/schemas/names.js';
import { onCallFor } from '../../domain/roster.js';
import { createPrinter } from '../../net/printer.js';
import { reportHtml, reportMarkdown } from '../../reports/incident/render.js';
import { type IncidentReport, type IncidentReportInput, incidentReport } from '../../reports/incident/report.js';
import { printPdf } from '../../reports/pdf.js';
import { deliveriesAbout } from '../../store/alerts/deliveries.js';
import { standingRoster } from '../../store/alerts/settings.js';
import { impactOf } from '../../store/incidents/impact.js';
import { findIncident, stateOf, timelineOfIncident } from '../../store/incidents/incidents.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { incidentNamed } from '../incident-name.js';

export interface IncidentsReportFlags {
  readonly pdf?: string;
}

/**
 * The report of an incident as Markdown on stdout; with `--pdf` as a file, too.
 * @throws CliError (NotFound); BadConfig without a browser
 */
export async function reportIncident(context: CliContext, name: string, flags: IncidentsReportFlags): Promise<number> {
  const id = incidentNamed(name);
  const { config } = await readSetting(context);
  if (flags.pdf !== undefined && config.chromiumPath === null)
    throw new BadConfig(['CHROMIUM_PATH is missing: without a browser there is no PDF']);
  const settings = loadIncidentSettings();
  const input = await withDatabase(config, async (db): Promise<IncidentReportInput | null> => {
    const document = await findIncident(db, id);
    if (document === null) return null;
    const state = stateOf(document, await timelineOfIncident(db, document._id));
    const { timeZone } = marketOf(state.market);
    const atMs = Date.now();
    const [from, to] = [Date.parse(state.openedAt), Date.parse(state.resolvedAt ?? new Date(atMs).toISOString())];
    const roster = await standingRoster(db, loadRoster());
    return {
      state,
      impact: await impactOf(db, state.market, runDateOf(from, timeZone), runDateOf(to, timeZone)),
      notices: await deliveriesAbout(db, state.id),
      onCall: INCIDENT_LEVELS.map((level) => ({
        level,
        names: onCallFor(roster, settings.levels[level], atMs, timeZone).map(({ name }) => name),
      })),
      mode: config.mode,
      at: new Date(atMs).toISOString(),
    };
  });
  if (input === null) throw new CliError('NotFound', `no incident ${id}`, 'phx incidents list shows the ids');
  const report = incidentReport(input, settings);
  if (flags.pdf !== undefined) await print(report, input, config.chromiumPath ?? '', flags.pdf);
  context.out.document({ schemaVersion: 1, mode: config.mode, id: input.state.id, pdf: flags.pdf ?? null, ...report });
  context.out.data(reportMarkdown(report).trimEnd());
  if (flags.pdf !== undefined) context.out.note(`printed to ${flags.pdf}`);
  return 0;
}

async function print(report: IncidentReport, input: IncidentReportInput, browserPath: string, file: string) {
  const printer = createPrinter(browserPath);
  try {
    const options = { title: input.state.id, header: `${input.mode}, ${input.at}` };
    await writeFile(file, await printPdf(reportHtml(report), options, printer));
  } finally {
    await printer.close();
  }
}
