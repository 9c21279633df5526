import { alertId, deliveryId, transitionId } from '../../core/ids.js';
import { productVersion } from '../../core/paths.js';
import { loadAlertRules, loadQualityLimits } from '../../core/product-settings.js';
import { causeOf } from '../../domain/alerts/evaluate.js';
import { judgeRun } from '../../domain/quality/gate.js';
import type { GatheredQuality } from '../../domain/quality/gather.js';
import type { AlertDocument, AlertTransitionDocument, DeliveryDocument } from '../../store/alerts/documents.js';
import type { ErrorDay, ErrorDocument, ErrorEventDocument } from '../../store/errors/documents.js';
import { fingerprintOf } from '../../store/errors/errors.js';
import type { MachineRow, ReadingsRow } from '../../store/measures.js';
import type { QualityRunDocument } from '../../store/quality.js';
import type { Bulk } from './bulk.js';
import { type FilledDay, MARKET } from './plan.js';
import type { FilledWorld } from './records.js';

const HOUR_MS = 3_600_000;
const SLOT_MS = 300_000;
/** Readings and failed attempts are kept for 90 days. */
const KEPT_DAYS = 97;
const SUBJECTS = 3;
/** Kinds of failures there ever were, and failed attempts of a day. */
const FAILURES = 40;
const ATTEMPTS = 60;

/** Fills what operation leaves: alerts with their notices, failures, readings, judgements. */
export async function fillOperation(bulk: Bulk, world: FilledWorld, gathered: GatheredQuality): Promise<void> {
  for (const day of world.calendar) {
    const kept = day.number >= world.days - KEPT_DAYS;
    await fillReadings(bulk, day, kept);
    await fillJudgement(bulk, day, gathered);
    if (kept) await fillAttempts(bulk, day);
  }
  await fillAlerts(bulk, world);
  await fillFailures(bulk, world);
}

async function fillReadings(bulk: Bulk, { startedAt }: FilledDay, kept: boolean): Promise<void> {
  const hours = Array.from({ length: 24 }, (_, hour) => new Date(startedAt.getTime() + hour * HOUR_MS));
  await bulk.add(
    'alert_minutes',
    hours.map((at) => ({
      ...{ _id: at.toISOString().slice(0, 13), at, minutes: Array.from({ length: 60 }, (_, n) => n) },
    })),
  );
  if (!kept) return;
  const tally = { n: 60, sum: 30, max: 1, min: 0 };
  const readings = hours.map(
    (at): ReadingsRow => ({
      ...{ _id: `readings ${MARKET} ${at.toISOString()}`, kind: 'readings', market: MARKET, at },
      measures: {
        uptime: tally,
        'run-success': tally,
        'cpu-share': tally,
        'memory-share': tally,
        'database-ms': tally,
      },
    }),
  );
  const machine = hours.flatMap((hour) =>
    Array.from({ length: 12 }, (_, slot): MachineRow => {
      const at = new Date(hour.getTime() + slot * SLOT_MS);
      const parts = { cpu: tally, memory: tally, disk: tally, diskBusy: tally };
      return { _id: `machine host ${at.toISOString()}`, kind: 'machine', host: 'host', at, parts };
    }),
  );
  await bulk.add('measures', readings);
  await bulk.add('measures', machine);
}

async function fillJudgement(
  bulk: Bulk,
  { runKey, runDate, endedAt }: FilledDay,
  gathered: GatheredQuality,
): Promise<void> {
  const gate = judgeRun(gathered, [], loadQualityLimits().gate);
  const run: QualityRunDocument = { _id: runKey, market: MARKET, runDate, at: endedAt, gathered, gate };
  await bulk.add('quality_runs', [run]);
}

/** Every rule has three subjects, each of which fires and recovers in turn: one of them a day, now and then several. */
async function fillAlerts(bulk: Bulk, { calendar }: FilledWorld): Promise<void> {
  for (const [number, rule] of loadAlertRules().entries()) {
    for (let nth = 0; nth < SUBJECTS; nth += 1) {
      const subject = `subject-${nth}`;
      const id = alertId(MARKET, rule.name, subject);
      const { name, tier, severity, measure } = rule;
      const fields = {
        ...{
          market: MARKET,
          rule: name,
          subject,
          tier,
          severity,
          cause: causeOf({ ...rule, muted: false, changed: false }, subject),
        },
        ...{ value: 1, text: `${name} of ${subject}` },
      };
      const days = calendar.filter((day) => (day.number + number + nth) % 14 === 0);
      const transitions = days.flatMap((day, at): AlertTransitionDocument[] =>
        (['fired', 'recovered'] as const).map((kind, half) => {
          const seq = at * 2 + half + 1;
          const when = new Date(day.startedAt.getTime() + half * HOUR_MS);
          const about = { alertId: id, ...fields, measure, seq, kind, quiet: false, since: day.startedAt, at: when };
          return { _id: transitionId(id, seq), ...about, by: null, note: null };
        }),
      );
      await bulk.add('alert_transitions', transitions);
      await bulk.add('deliveries', transitions.flatMap(deliveriesOf));
      const last = transitions.at(-1);
      if (last !== undefined) await bulk.add('alerts', [alertOf(last, transitions.length)]);
    }
  }
}

function deliveriesOf(transition: AlertTransitionDocument): readonly DeliveryDocument[] {
  const { _id, alertId: alert, market, kind, tier, severity, text, at } = transition;
  return (['mail', 'slack'] as const).map((channel) => ({
    ...{ _id: deliveryId(_id, channel), transitionId: _id, alertId: alert, market, channel, kind, tier, severity },
    ...{ title: text, body: `${text}\n`.repeat(20), state: 'delivered', notBefore: at, attempts: 1, proof: 'x' },
    ...{ reason: null, createdAt: at, endedAt: new Date(at.getTime() + 3_000) },
  }));
}

function alertOf(last: AlertTransitionDocument, seq: number): AlertDocument {
  const { alertId: id, market, rule, subject, tier, severity, cause, value, text, measure, since, at } = last;
  return {
    ...{ _id: id, market, rule, subject, tier, severity, cause, value, text, measure, state: 'recovered', seq },
    ...{ plannedSeq: seq, raisedSeq: seq, since, firstSeenAt: since, lastSeenAt: at, count: seq, noticedAt: at },
    ...{ noticed: true, escalated: false },
  };
}

const shapeOf = (number: number) => ({
  ...({ kind: number % 4 === 0 ? 'wait' : 'error', code: 'SourceUnavailable', activity: 'collectPage' } as const),
  ...{ source: 'phoenix-mls', host: 'phoenix-mls.example', pattern: `answered <n> in kind ${number}` },
});

async function fillAttempts(bulk: Bulk, { runKey, runId, runDate, startedAt, number }: FilledDay): Promise<void> {
  const rows = Array.from({ length: ATTEMPTS }, (_, at): ErrorEventDocument => {
    const shape = shapeOf((number + at) % FAILURES);
    const when = new Date(startedAt.getTime() + at * 60_000);
    return {
      ...{ _id: `${runKey} step ${at} 1`, ...shape, workflowId: runId, runKey, market: MARKET, zip: '85031' },
      ...{ trouble: `${runKey} step ${at}`, fingerprint: fingerprintOf(shape), attempt: 1, message: shape.pattern },
      ...{ beganAt: when, failedAt: when, recordedAt: when, day: runDate, lostMs: 3_000, costUsdMicros: 0 },
      ...{ state: 'recovered', action: 'retry', endedAt: when, deadlineAt: new Date(when.getTime() + HOUR_MS) },
    };
  });
  await bulk.add('error_events', rows);
}

/** Each kind came on two days of three. */
async function fillFailures(bulk: Bulk, { calendar }: FilledWorld): Promise<void> {
  const day: ErrorDay = { count: 2, lostMs: 6_000, costUsdMicros: 0, runs: 1 };
  const last = calendar.at(-1);
  const rows = Array.from({ length: FAILURES }, (_, number): ErrorDocument => {
    const days = calendar
      .filter((one) => (one.number + number) % 3 !== 0)
      .map(({ runDate }) => [runDate, day] as const);
    const fix = { at: calendar[0]?.startedAt ?? new Date(), version: productVersion(), by: null, note: 'put right' };
    return {
      ...{ _id: fingerprintOf(shapeOf(number)), ...shapeOf(number), firstSeenAt: calendar[0]?.startedAt ?? new Date() },
      ...{ lastSeenAt: last?.startedAt ?? new Date(), days: Object.fromEntries(days), fixes: [fix] },
    };
  });
  await bulk.add('errors', rows);
}
