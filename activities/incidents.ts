import type { Config } from '../core/config.js';
import { runDateOf } from '../core/dates.js';
import { dailyWorkflowId, deliveryId, incidentStepId, sourceTaskQueue } from '../core/ids.js';
import {
  loadAlertChannels,
  loadAlertRules,
  loadIncidentSettings,
  loadRoster,
  marketOf,
} from '../core/product-settings.js';
import type { DueDelivery, Tier, TransitionKind } from '../core/schemas/alerts.js';
import type {
  IncidentLevel,
  IncidentPlan,
  IncidentSettings,
  IncidentState,
  IncidentStep,
  ProbeTarget,
  RecoveryStep,
} from '../core/schemas/incidents.js';
import type { RecoveryAction, RecoveryOutcome } from '../core/schemas/recovery.js';
import { sendableAt } from '../domain/alerts/quiet-hours.js';
import { incidentNotice } from '../domain/incidents/notice.js';
import { recoveryFor } from '../domain/incidents/recovery.js';
import { openFaults } from '../domain/incidents/severity.js';
import { onCallFor } from '../domain/roster.js';
import { type SourceRegistry, sourceTargets } from '../sources/index.js';
import { acknowledgeAlert, releaseAlert } from '../store/alerts/alerts.js';
import { writeDeliveries } from '../store/alerts/deliveries.js';
import type { DeliveryDocument } from '../store/alerts/documents.js';
import { standingRoster } from '../store/alerts/settings.js';
import type { Database } from '../store/database.js';
import { noteRecovery } from '../store/errors/recoveries.js';
import { impactOf } from '../store/incidents/impact.js';
import { keepIncident } from '../store/incidents/incidents.js';
import { latestRunOf } from '../store/runs.js';

export interface IncidentDeps {
  readonly config: Config;
  readonly database: Database;
  readonly sources: SourceRegistry;
}

export interface PlanIncidentInput {
  readonly market: string;
  readonly cause: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export interface TellIncidentInput {
  readonly state: IncidentState;
  readonly step: IncidentStep;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export interface ToldIncident {
  readonly due: readonly DueDelivery[];
  /** Names of those on call, and the channels, for the timeline. */
  readonly who: string;
}

/** Activities of incidents. All are safe to repeat. @throws StoreUnavailable (retried), BadConfig (final) */
export function createIncidentActivities({ config, database, sources }: IncidentDeps) {
  const { db } = database;
  const namesOf = async (
    market: string,
    levels: readonly IncidentLevel[],
    atMs: number,
    settings: IncidentSettings,
  ) => {
    const roster = await standingRoster(db, loadRoster());
    const people = onCallFor(roster, rolesOf(levels, settings), atMs, marketOf(market).timeZone);
    return people.map(({ name }) => name);
  };
  return {
    /** What an incident goes by: clocks, and what the machine tries first. */
    async planIncident({ market, cause, atMs }: PlanIncidentInput): Promise<IncidentPlan> {
      const { severities, reviewHours, reviewReminderHours, recovery, checklist } = loadIncidentSettings();
      const runDate = runDateOf(atMs, marketOf(market).timeZone);
      return {
        clocks: { severities, reviewHours, reviewReminderHours },
        checklist: checklist.length,
        ...recoveryFor(recovery, cause),
        probes: probesOf(config, sources, cause),
        runDate,
        began: (await latestRunOf(db, dailyWorkflowId(market, runDate))) !== null,
      };
    },

    /** Writes the read model: the state, and the entries of the timeline after `afterSeq`. */
    async keepIncident({
      state,
      afterSeq,
    }: {
      readonly state: IncidentState;
      readonly afterSeq: number;
    }): Promise<void> {
      await keepIncident(db, state, afterSeq);
    },

    /** Writes the notice of one step, one delivery a channel. A repeat finds the first one's words. @returns what is to be sent */
    async tellIncident({ state, step, atMs }: TellIncidentInput): Promise<ToldIncident> {
      const settings = loadIncidentSettings();
      const channels = loadAlertChannels();
      const { id, market, severity, round, told } = state;
      const { timeZone } = marketOf(market);
      const now = await namesOf(market, step.levels, atMs, settings);
      const known = await namesOf(market, told, atMs, settings);
      const days = [Date.parse(state.openedAt), atMs].map((ms) => runDateOf(ms, timeZone));
      const impact = await impactOf(db, market, days[0] ?? '', days[1] ?? '');
      const rules = loadAlertRules();
      const notice = incidentNotice(state, step, settings, {
        mode: config.mode,
        at: new Date(atMs).toISOString(),
        impact: impactInWords(impact),
        now,
        before: known.filter((name) => !now.includes(name)),
        guides: guidesOf(state, rules),
      });
      const tier = tierOf(state, step, settings);
      const transitionId = incidentStepId(id, round, step.id);
      const rows = channels.tiers[tier].map(
        (channel): DeliveryDocument => ({
          _id: deliveryId(transitionId, channel),
          ...{ transitionId, alertId: id, market, channel, kind: KIND[step.kind], tier, severity },
          roles: rolesOf(step.levels, settings),
          ...{ title: notice.title, body: notice.body, state: 'waiting', attempts: 0, proof: null, reason: null },
          notBefore: new Date(sendableAt(channels, { severity, channel }, atMs, timeZone)),
          ...{ createdAt: new Date(atMs), endedAt: null },
        }),
      );
      await writeDeliveries(db, rows);
      const due = rows.filter(({ channel }) => channel !== 'digest');
      return {
        due: due.map(({ _id, notBefore }) => ({ id: _id, notBeforeMs: notBefore.getTime() })),
        who: `${now.join(', ') || 'nobody on the roster'} by ${channels.tiers[tier].join(', ')}`,
      };
    },

    /** Who took the incident took its alerts: they stop going up by themselves. */
    async takeAlerts({ state }: { readonly state: IncidentState }): Promise<void> {
      const note = noteOf(state);
      for (const { alertId } of openFaults(state)) {
        await acknowledgeAlert(db, alertId, { by: state.by ?? 'incident', note });
      }
    },

    /** The incident is over: alerts that were taken with it and still hold are nobody's, and ring again after their cooldown. */
    async releaseAlerts({ state, atMs }: { readonly state: IncidentState; readonly atMs: number }): Promise<void> {
      for (const { alertId } of state.faults) await releaseAlert(db, alertId, noteOf(state), new Date(atMs));
    },

    /** Counts how the tries of the machine ended. The first end of a round stands. */
    async countRecovery({ state, outcome, atMs }: CountRecoveryInput): Promise<void> {
      const own = state.tried.filter(
        ({ outcome: end, at }) => end !== 'nothing' && (state.round === 1 || at >= state.roundAt),
      );
      const last = own.at(-1) ?? state.tried.findLast((one) => one.outcome !== 'nothing');
      if (last === undefined) return;
      const [first] = state.faults;
      const [source] = probesOf(config, sources, state.cause);
      await noteRecovery(db, {
        id: `incident ${state.id}#${state.round}`,
        action: ACTION[last.step],
        cause: first?.rule ?? state.cause,
        ...{ market: state.market, source: source?.source ?? null, runKey: null, outcome },
        startedAt: state.round === 1 && first !== undefined ? first.since : state.roundAt,
        detectedAt: state.round === 1 ? state.openedAt : state.roundAt,
        endedAt: new Date(atMs).toISOString(),
        tries: Math.max(1, own.length),
      });
    },
  };
}

export type IncidentActivities = ReturnType<typeof createIncidentActivities>;

/** By this the alerts know with which incident they were taken. */
const noteOf = ({ id }: IncidentState): string => `incident ${id}`;

interface CountRecoveryInput {
  readonly state: IncidentState;
  readonly outcome: RecoveryOutcome;
  readonly atMs: number;
}

const ACTION: Readonly<Record<RecoveryStep, RecoveryAction>> = {
  'start-day': 'ran-again',
  'fill-gaps': 'ran-again',
  'probe-source': 'retry',
  'check-proxies': 'rotated-proxy',
  'reload-model': 'reloaded-model',
  'probe-components': 'reconnected-database',
};

/** How channels take a step: an issue is opened by the first and closed by `recovered`. */
const KIND: Readonly<Record<IncidentStep['kind'], TransitionKind>> = {
  tell: 'fired',
  'response-overdue': 'escalated',
  'resolve-overdue': 'escalated',
  update: 'reminded',
  recovered: 'reminded',
  settle: 'recovered',
  resolved: 'recovered',
  'review-reminder': 'told',
  'review-overdue': 'told',
};

/** What the machine put right before anybody heard of it goes into the daily digest. */
function tierOf({ severity, told }: IncidentState, { kind }: IncidentStep, { severities }: IncidentSettings): Tier {
  const { tier, updateTier } = severities[severity];
  if (kind === 'resolved' && told.length === 0) return 'info';
  const loud = kind === 'tell' || kind === 'response-overdue' || kind === 'resolve-overdue' || kind === 'resolved';
  return loud ? tier : updateTier;
}

function rolesOf(levels: readonly IncidentLevel[], { levels: roles }: IncidentSettings): readonly string[] {
  return [...new Set(levels.flatMap((level) => roles[level]))];
}

function guidesOf(state: IncidentState, rules: ReturnType<typeof loadAlertRules>): readonly string[] {
  const open = openFaults(state);
  return [...new Set(open.flatMap(({ rule }) => rules.find(({ name }) => name === rule)?.runbook ?? []))];
}

/** The figures of `impactOf`, a sentence each. */
function impactInWords(impact: Awaited<ReturnType<typeof impactOf>>): readonly string[] {
  const { windows, complete, lacking, costUsdMicros } = impact;
  return [
    windows === 0
      ? 'no window of these days was begun'
      : `${complete} of ${windows} windows of these days are complete`,
    `spent on these days: ${(costUsdMicros / 1_000_000).toFixed(2)} dollars`,
    ...lacking,
  ];
}

/** Sources that a cause names, by their name or by their host. */
function probesOf(config: Config, sources: SourceRegistry, cause: string): readonly ProbeTarget[] {
  const targets = sourceTargets(config);
  const [kind, name = ''] = [cause.slice(0, cause.indexOf('/')), cause.slice(cause.indexOf('/') + 1)];
  return sources.all
    .filter((one) =>
      kind === 'source' ? one.name === name : kind === 'host' && hostOf(targets[one.name].origin, name),
    )
    .map(({ name: source, via }) => ({ source, taskQueue: sourceTaskQueue(source, via) }));
}

function hostOf(origin: string, name: string): boolean {
  const { host, hostname } = new URL(origin);
  return name === host || name === hostname;
}
