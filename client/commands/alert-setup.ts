import { evaluateAlertsWorkflowId, TASK_QUEUES } from '../../core/ids.js';
import { loadRoster, loadSchedules } from '../../core/product-settings.js';
import { MEASURES } from '../../core/schemas/alerts.js';
import { channelReadiness } from '../../notify/tellers.js';
import { standingRoster } from '../../store/alerts/settings.js';
import type { evaluateAlerts } from '../../workflows/evaluate-alerts.js';
import { readSetting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { faultsOfRoster } from '../roster-faults.js';
import { theMarket } from '../run-request.js';
import { reconcileSchedule } from '../schedule-plan.js';
import type { AlertsMarketFlags } from './alerts.js';

const PERSON_NEEDED = 3;

/**
 * Makes the schedules of alerts and says what is missing.
 * @returns 3 when something is
 * @throws CliError (Refused) in production, where nobody answers for a level: nothing is made then
 */
export async function setUp(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const missing = await withDatabase(config, async (db) => faultsOfRoster(await standingRoster(db, loadRoster())));
  if (config.mode === 'production' && missing.length > 0) {
    throw new CliError('Refused', missing, 'phx contacts set puts people on the roster');
  }
  const rows = loadSchedules().filter(
    ({ workflow }) => workflow === 'evaluateAlerts' || workflow === 'sendDigest' || workflow === 'watchdog',
  );
  const schedules = await withTemporal(context, config, async (client) => {
    const done: { readonly scheduleId: string; readonly result: string }[] = [];
    for (const row of rows) {
      const result = await reconcileSchedule(client, config.mode, row);
      done.push({ scheduleId: row.scheduleId, result });
    }
    return done;
  });
  const channels = channelReadiness(config);
  context.out.document({ schemaVersion: 1, schedules, channels, roster: missing });
  const shown = [
    ...schedules.map(({ scheduleId, result }) => ['schedule', scheduleId, result]),
    ...channels.map(({ channel, reason }) => ['channel', channel, reason ?? 'set up']),
    ...(missing.length === 0
      ? [['roster', 'every level', 'answered']]
      : missing.map((fault) => ['roster', '-', fault])),
  ];
  context.out.data(columnsOf(shown));
  if (missing.length > 0) context.out.note('phx contacts set puts people on the roster');
  return missing.length === 0 && channels.every(({ reason }) => reason === null) ? 0 : PERSON_NEEDED;
}

/** Takes every measure now, through the workers. */
export async function checkNow(context: CliContext, flags: AlertsMarketFlags): Promise<number> {
  const [market] = theMarket(flags.market);
  const { config } = await readSetting(context);
  const result = await withTemporal(context, config, (client) =>
    client.workflow.execute<typeof evaluateAlerts>('evaluateAlerts', {
      workflowId: evaluateAlertsWorkflowId(market),
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ market, measures: MEASURES }],
    }),
  );
  context.out.document({ schemaVersion: 1, market, ...result });
  for (const problem of result.unknown) context.out.warn(`not measured: ${problem}`);
  context.out.data(
    `${market}: ${result.transitions} changes, ${result.deliveries} notices on their way; phx alerts list shows them`,
  );
  return 0;
}
