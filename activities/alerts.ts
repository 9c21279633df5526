import { type Config, secretValues } from '../core/config.js';
import { deliveryId } from '../core/ids.js';
import { productVersion } from '../core/paths.js';
import {
  defaultMarket,
  loadAlertChannels,
  loadAlertRules,
  loadRetention,
  loadSchedules,
  marketOf,
  zipsOf,
} from '../core/product-settings.js';
import {
  type Detection,
  type DueDelivery,
  type EvaluateAlertsInput,
  MEASURES,
  type Measure,
  type RaisedAlert,
  SYSTEM_MEASURES,
} from '../core/schemas/alerts.js';
import { SOURCE_NAMES } from '../core/schemas/names.js';
import { evaluate } from '../domain/alerts/evaluate.js';
import { channelsOf, noticeOf } from '../domain/alerts/notice.js';
import { sendableAt } from '../domain/alerts/quiet-hours.js';
import type { EffectiveRule } from '../domain/alerts/rules.js';
import { spacingMs } from '../net/pace.js';
import { type SourceRegistry, sourceTargets } from '../sources/index.js';
import { kindOrders } from '../sources/offline.js';
import type { AlertTransitionDocument, DeliveryDocument } from '../store/alert-documents.js';
import { noteMinute } from '../store/alert-minutes.js';
import { standingRules } from '../store/alert-settings.js';
import { noteUntaken } from '../store/alert-untaken.js';
import { alertStates, keepFindings } from '../store/alerts.js';
import type { Database } from '../store/database.js';
import { asStoreError } from '../store/database.js';
import { dueDeliveries, planDeliveries, unplannedTransitions } from '../store/deliveries.js';
import type { DetectorContext, MachineFigures } from '../store/detectors/context.js';
import { DETECTORS, EVERY_MINUTES } from '../store/detectors/index.js';

export interface AlertDeps {
  readonly config: Config;
  readonly database: Database;
  readonly sources: SourceRegistry;
  readonly machine: () => Promise<MachineFigures>;
}

/** One evaluation, named by its time: a repeat finds and writes the same. */
export interface EvaluateMarketInput extends EvaluateAlertsInput {
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export interface EvaluateMarketResult {
  readonly transitions: number;
  /** P0 and P1 alerts that fired, were told again or recovered: what incidents are raised and ended by. */
  readonly raised: readonly RaisedAlert[];
  /** Measures that could not be taken, with the reason. */
  readonly unknown: readonly string[];
}

/** Activities of the evaluation. All are safe to repeat. @throws StoreUnavailable (retried), BadConfig (final) */
export function createAlertActivities({ config, database, sources, machine }: AlertDeps) {
  const { db } = database;
  const contextOf = ({ market, atMs }: EvaluateMarketInput): DetectorContext => {
    const [due] = loadSchedules().flatMap((row) =>
      row.workflow === 'dailySequence' && row.market === market ? [row.calendar] : [],
    );
    const quota = loadRetention().quotaMegabytes[config.mode];
    return {
      ...{ db, market, nowMs: atMs, machine, version: productVersion() },
      timeZone: marketOf(market).timeZone,
      due: due ?? null,
      zips: zipsOf(market, config.extraZips),
      ceilings: ceilingsOf(config),
      quotaBytes: quota === null ? null : quota * 1024 * 1024,
      kindOrder: kindOrders(sources),
      secrets: secretValues(config),
    };
  };
  return {
    /** Takes every measure that is due, and writes down what came of it. */
    async evaluateMarket(input: EvaluateMarketInput): Promise<EvaluateMarketResult> {
      const { market, atMs } = input;
      if (market === defaultMarket()) await noteMinute(db, atMs);
      const { detections, unknown } = await takeMeasures(contextOf(input), measuresOf(input));
      const rules = await standingRules(db, loadAlertRules());
      const states = await alertStates(db, market, atMs);
      const { response } = loadAlertChannels();
      const escalateMinutes = {
        info: response.info.escalateMinutes,
        warning: response.warning.escalateMinutes,
        critical: response.critical.escalateMinutes,
      };
      const findings = evaluate({ market, rules, detections, states, nowMs: atMs, escalateMinutes });
      const written = await keepFindings(db, market, findings, atMs);
      return { transitions: written.length, raised: written.flatMap(raisedOf), unknown };
    },

    /** Writes a delivery for each channel of each new transition. @returns all that are to be sent, older ones too */
    async planNotices({ market, atMs }: EvaluateMarketInput): Promise<readonly DueDelivery[]> {
      const rules = await standingRules(db, loadAlertRules());
      for (const transition of await unplannedTransitions(db, market)) {
        const rule = rules.find(({ name }) => name === transition.rule);
        await planDeliveries(db, transition, rule ? deliveriesOf(transition, rule, config.mode, atMs) : []);
      }
      return dueDeliveries(db, market);
    },
  };
}

export type AlertActivities = ReturnType<typeof createAlertActivities>;

/** Measures of this market that are due in this minute. */
function measuresOf({ market, atMs, measures }: EvaluateMarketInput): readonly Measure[] {
  const minute = Math.floor(atMs / 60_000);
  const own = market === defaultMarket() ? MEASURES : MEASURES.filter((measure) => !SYSTEM_MEASURES.includes(measure));
  return measures ?? own.filter((measure) => minute % (EVERY_MINUTES[measure] ?? 1) === 0);
}

/**
 * A detector that fails leaves its alerts as they are, and is told by an alert of its own in the next evaluation; the database itself
 * being away ends the evaluation.
 */
async function takeMeasures(context: DetectorContext, measures: readonly Measure[]) {
  const detections: Detection[] = [];
  const tried: { measure: Measure; problem: string | null }[] = [];
  for (const measure of measures) {
    try {
      detections.push({ measure, readings: await DETECTORS[measure](context) });
      tried.push({ measure, problem: null });
    } catch (problem) {
      const away = asStoreError(problem);
      if (away !== null) throw away;
      tried.push({ measure, problem: problem instanceof Error ? problem.message : 'failed' });
    }
  }
  await noteUntaken(context.db, context.market, context.nowMs, tried);
  return {
    detections,
    unknown: tried.flatMap(({ measure, problem }) => (problem === null ? [] : [`${measure}: ${problem}`])),
  };
}

function deliveriesOf(
  transition: AlertTransitionDocument,
  rule: EffectiveRule,
  mode: string,
  nowMs: number,
): readonly DeliveryDocument[] {
  const { _id, alertId, market, subject, tier, severity, kind, text, quiet, since, at } = transition;
  if (quiet) return [];
  const channels = loadAlertChannels();
  const subjectOf = { transitionId: _id, alertId, market, subject, tier, severity, kind, text };
  const notice = noticeOf(
    { ...subjectOf, since: since.toISOString(), at: at.toISOString() },
    rule,
    mode,
    channels.response[tier],
  );
  const { timeZone } = marketOf(market);
  return channelsOf(kind, channels.tiers[tier]).map((channel) => ({
    _id: deliveryId(_id, channel),
    ...{ transitionId: _id, alertId, market, channel, kind, tier, severity },
    title: notice.title,
    body: notice.body,
    state: 'waiting',
    notBefore: new Date(sendableAt(channels, { severity, channel }, nowMs, timeZone)),
    attempts: 0,
    proof: null,
    reason: null,
    createdAt: new Date(nowMs),
    endedAt: null,
  }));
}

function raisedOf(transition: AlertTransitionDocument): readonly RaisedAlert[] {
  const { _id, alertId, market, rule, severity, cause, kind, text, quiet, at } = transition;
  if (severity !== 'P0' && severity !== 'P1') return [];
  if (quiet && kind !== 'recovered') return [];
  return [{ transitionId: _id, alertId, market, rule, severity, cause, kind, text, at: at.toISOString() }];
}

function ceilingsOf(config: Config): DetectorContext['ceilings'] {
  const targets = sourceTargets(config);
  return new Map(
    SOURCE_NAMES.map((name) => {
      const { limit } = targets[name];
      const { windowLimit, windowMs, inFlight } = limit;
      return [name, { windowLimit, windowMs, inFlight, spacingMs: spacingMs(limit) }];
    }),
  );
}
