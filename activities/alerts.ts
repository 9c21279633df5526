import { type Config, secretValues } from '../core/config.js';
import { deliveryId } from '../core/ids.js';
import { productVersion } from '../core/paths.js';
import {
  defaultMarket,
  loadAlertChannels,
  loadAlertRules,
  loadSchedules,
  marketOf,
  quotaBytesOf,
  type ScheduleRow,
  zipsOf,
} from '../core/product-settings.js';
import {
  type Detection,
  type DueDelivery,
  type EvaluateAlertsInput,
  MEASURES,
  type Measure,
  type RaisedAlert,
  type RaisedMark,
  SYSTEM_MEASURES,
  type TransitionKind,
} from '../core/schemas/alerts.js';
import { SOURCE_NAMES } from '../core/schemas/names.js';
import { evaluate } from '../domain/alerts/evaluate.js';
import { channelsOf, noticeOf } from '../domain/alerts/notice.js';
import { sendableAt } from '../domain/alerts/quiet-hours.js';
import type { EffectiveRule } from '../domain/alerts/rules.js';
import { severityNamed } from '../domain/incidents/severity.js';
import { spacingMs } from '../net/pace.js';
import { mailReadiness } from '../notify/mail-settings.js';
import { type SourceRegistry, sourceTargets } from '../sources/index.js';
import { kindOrders } from '../sources/offline.js';
import { alertStates, keepFindings, noteRaised, unraisedTransitions } from '../store/alerts/alerts.js';
import { dueDeliveries, planDeliveries, unplannedTransitions } from '../store/alerts/deliveries.js';
import type { AlertTransitionDocument, DeliveryDocument } from '../store/alerts/documents.js';
import { noteMinute } from '../store/alerts/minutes.js';
import { standingRules } from '../store/alerts/settings.js';
import { noteUntaken } from '../store/alerts/untaken.js';
import type { Database } from '../store/database.js';
import { asStoreError } from '../store/database.js';
import type { DetectorContext, MachineFigures } from '../store/detectors/context.js';
import { DETECTORS, EVERY_MINUTES } from '../store/detectors/index.js';
import { noteReadings } from '../store/measures.js';

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
  /** What incidents are opened, told and ended by; also of an evaluation whose worker died before. */
  readonly raised: readonly RaisedAlert[];
  /** What is to be noted once they know. */
  readonly marks: readonly RaisedMark[];
  /** Measures that could not be taken, with the reason. */
  readonly unknown: readonly string[];
}

/** Activities of the evaluation. All are safe to repeat. @throws StoreUnavailable (retried), BadConfig (final) */
export function createAlertActivities({ config, database, sources, machine }: AlertDeps) {
  const { db } = database;
  const contextOf = ({ market, atMs }: EvaluateMarketInput): DetectorContext => {
    const schedules = loadSchedules();
    const [due] = schedules.flatMap((row) =>
      row.workflow === 'dailySequence' && row.market === market ? [row.calendar] : [],
    );
    return {
      ...{ db, market, nowMs: atMs, machine, version: productVersion() },
      timeZone: marketOf(market).timeZone,
      due: due ?? null,
      reportTimes: mailReadiness(config).ready ? reportTimesOf(market, schedules) : null,
      zips: zipsOf(market, config.extraZips),
      ceilings: ceilingsOf(config),
      quotaBytes: quotaBytesOf(config.mode),
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
      await noteReadings(db, market, detections, atMs);
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
      const unraised = await unraisedTransitions(db, market, atMs);
      return {
        transitions: written.length,
        raised: worstFirst(unraised.flatMap((transition) => raisedOf(transition, rules))),
        marks: unraised.map(({ alertId, seq }) => ({ alertId, seq })),
        unknown,
      };
    },

    /** Writes down that incidents know of transitions. */
    async noteRaised({ marks }: { readonly marks: readonly RaisedMark[] }): Promise<void> {
      await noteRaised(db, marks);
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

function reportTimesOf(market: string, schedules: readonly ScheduleRow[]): DetectorContext['reportTimes'] {
  return schedules.flatMap((row) =>
    row.workflow === 'scheduledReport' && row.market === market
      ? [{ kind: row.report, calendar: row.calendar, timeZone: row.timeZone }]
      : [],
  );
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

/** Kinds after which something is wrong. */
const WRONG: readonly TransitionKind[] = ['fired', 'reminded', 'escalated'];

/** A rule that a person muted opens no incident, and neither does what happens once. */
function raisedOf(transition: AlertTransitionDocument, rules: readonly EffectiveRule[]): readonly RaisedAlert[] {
  const { alertId, seq, market, rule, cause, kind, text, quiet, at, by } = transition;
  const severity = severityNamed(transition.severity);
  const muted = rules.find(({ name }) => name === rule)?.muted ?? true;
  if (severity === null || kind === 'told' || (muted && kind !== 'recovered')) return [];
  const fault = { alertId, seq, rule, severity, kind, text, by, at: at.toISOString() };
  return [{ market, cause, fault, opens: WRONG.includes(kind) && !quiet }];
}

/** What is wrong comes before what is over: a rule that takes over from a softer one keeps its incident open. */
function worstFirst(raised: readonly RaisedAlert[]): readonly RaisedAlert[] {
  const wrong = raised.filter(({ fault }) => WRONG.includes(fault.kind));
  return [...wrong, ...raised.filter((one) => !wrong.includes(one))];
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
