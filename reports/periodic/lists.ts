import { degradationsIn } from '../../domain/quality/trend.js';
import { formatCount, plural } from '../format.js';
import type { Figures, ListFigure } from './figure.js';
import { sumOf } from './figure.js';
import { dailyRuns } from './measures/collection.js';

const MOST_ITEMS = 8;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

export const LISTS = {
  missing: {
    label: 'What is missing',
    says: 'what the last daily run of each day of the period says is not there',
    inputs: '`runs`: `summary.missing`',
    empty: 'Nothing that runs could name.',
    items: ({ period }) =>
      shortened(lastDaily(period).flatMap(({ runDate, summary }) => dated(period, runDate, summary?.missing))),
  },
  warnings: {
    label: 'What works and should be looked at',
    says: 'warnings of the last daily run of the period',
    inputs: '`runs`: `summary.warnings`',
    empty: 'Nothing.',
    items: ({ period }) => shortened(lastDaily(period).at(-1)?.summary?.warnings ?? []),
  },
  'alerts-open': {
    label: 'Open alerts',
    says: 'alerts that fire or were acknowledged, the worst first, with the command that shows them',
    inputs: '`alerts`: `state`, `severity`, `text`',
    empty: 'None.',
    items: ({ now }) =>
      shortened(
        now.alerts.map(({ _id, severity, text, state }) => {
          const taken = state === 'acknowledged' ? ', taken by a person' : '';
          return `${severity.toUpperCase()}: ${text}${taken}. phx alerts show ${_id}`;
        }),
      ),
  },
  issues: {
    label: 'Issues and what became of them',
    says: 'alerts of tier warning or critical that began to fire in the period, and whether they have recovered',
    inputs: '`alert_transitions`: `kind`, `tier`, `text`; `alerts`: `state`',
    empty: 'No alert of tier warning or critical fired.',
    items: ({ period, now }) => {
      const open = new Set(now.alerts.map(({ _id }) => _id));
      const seen = new Map(
        period.transitions
          .filter(({ kind, tier }) => kind === 'fired' && tier !== 'info')
          .map((one) => [one.alertId, one]),
      );
      return shortened(
        [...seen.values()].map(
          ({ alertId, severity, text }) =>
            `${severity.toUpperCase()}: ${text}: ${open.has(alertId) ? 'OPEN' : 'recovered'}`,
        ),
      );
    },
  },
  recommendations: {
    label: 'Ways to spend less',
    says: 'recommendations of `phx cost recommend`, the largest saving first',
    inputs: '`cost_entries`, `captcha_tasks` of the last 30 days; budget',
    empty: 'None: nothing was found that would save money.',
    items: ({ now }) =>
      shortened(
        now.recommendations.map(({ what, why, savesUsdMicros }) => {
          const saving =
            savesUsdMicros > 0 ? ` Saves about ${(savesUsdMicros / 1_000_000).toFixed(2)} USD in 30 days.` : '';
          return `${sentence(what)} ${sentence(why)}${saving}`;
        }),
      ),
  },
  opportunities: {
    label: 'Where it could do better',
    says: 'phases over their time budget, sources whose answers fail most, model work that waits, ZIP codes not fresh: each with the command to look closer',
    inputs: '`runs`: `summary.phases`; `fetches`; `processing_queue`; `windows`',
    empty: 'Nothing stands out.',
    items: opportunities,
  },
  degradations: {
    label: 'What got worse',
    says: 'shares and fields of the quality that fell from one judged day to the next by more than they move by themselves, with the likely cause',
    inputs: '`quality_runs`: `gathered`',
    empty: 'Nothing got worse.',
    items: ({ period, before }) =>
      shortened(
        degradationsIn([...before.quality.slice(-1), ...period.quality]).map(
          ({ runDate, what, before: was, after, likelyCause, look }) =>
            `${runDate}: ${what} ${percent(was)} → ${percent(after)}. Likely: ${likelyCause}. ${look}`,
        ),
      ),
  },
  achievements: {
    label: 'Key achievements',
    says: 'computed: days complete, records confirmed, changes found, troubles put right by themselves, each with its count',
    inputs: '`runs`, `windows`, `change_events`, `recoveries`',
    empty: 'No run ended in the period.',
    items: ({ period }) => {
      const ended = lastDaily(period).filter(({ status }) => status !== 'running');
      if (ended.length === 0) return [];
      const complete = ended.filter(({ status }) => status === 'complete').length;
      const changed = sumOf(period.changes, ({ count }) => count);
      const { recovered } = period.recoveries;
      return [
        `${formatCount(complete)} of ${plural(ended.length, 'day')} with a run ended complete.`,
        `${plural(
          sumOf(period.windows, ({ seen }) => seen),
          'record',
        )} confirmed, ${formatCount(period.outcomes.stored)} of them new or changed.`,
        ...(changed === 0 ? [] : [`${plural(changed, 'change')} found with evidence.`]),
        ...(recovered === 0 ? [] : [`${plural(recovered, 'trouble')} put right without a person.`]),
      ];
    },
  },
  upkeep: {
    label: 'Upkeep done',
    says: 'pieces of upkeep on schedule that ended in the period, with their result',
    inputs: '`upkeep`: `kind`, `ok`, `problems`',
    empty: 'None ended in the period.',
    items: ({ period }) =>
      shortened(period.upkeep.map(({ kind, ok, problems }) => `${kind}: ${ok ? 'good' : (problems[0] ?? 'not good')}`)),
  },
  'upkeep-problems': {
    label: 'What upkeep found',
    says: 'problems of the upkeep of the period',
    inputs: '`upkeep`: `problems`',
    empty: 'No problem was found.',
    items: ({ period }) =>
      shortened(period.upkeep.flatMap(({ kind, problems }) => problems.map((one) => `${kind}: ${one}`))),
  },
  controls: {
    label: 'What the budget has suspended',
    says: 'emergency controls in force, with their reason',
    inputs: '`decisions`: controls of the month',
    empty: 'Nothing is suspended.',
    items: ({ now }) => now.cost.controls.map(({ subject, reference }) => `${subject}: since ${reference}`),
  },
} as const satisfies Readonly<Record<string, ListFigure>>;

function opportunities({ period, now }: Figures): readonly string[] {
  const late = dailyRuns(period).flatMap(({ runDate, summary }) =>
    (summary?.phases ?? [])
      .filter(({ overBudgetMs }) => overBudgetMs > 0)
      .map(
        ({ name, overBudgetMs }) =>
          `${runDate}: phase ${name} took ${Math.round(overBudgetMs / 60_000)} min more than its budget. phx runs show`,
      ),
  );
  const failing = period.requests
    .filter(({ failed }) => failed > 0)
    .map(
      ({ source, failed, requests }) =>
        `${source}: ${formatCount(failed)} of ${plural(requests, 'request')} failed (${percent(failed / requests)}). phx sources audit ${source}`,
    );
  const waiting = now.queue.pending + now.queue.processing;
  const old = now.ages.filter(({ hours }) => hours === null || hours > now.freshHours);
  return shortened([
    ...late,
    ...failing,
    ...(waiting === 0
      ? []
      : [`${plural(waiting, 'property', 'properties')} wait for the words of the model. phx enrich run`]),
    ...(old.length === 0
      ? []
      : [
          `${plural(old.length, 'pair')} of source and ZIP code not walked completely within ${now.freshHours} h. phx windows list`,
        ]),
  ]);
}

/** The last daily run of each day. */
function lastDaily(period: Figures['period']) {
  const runs = dailyRuns(period);
  return runs.filter(({ runDate }, at) => runs.findLastIndex((one) => one.runDate === runDate) === at);
}

function dated(period: Figures['period'], runDate: string, missing: readonly string[] = []): readonly string[] {
  return period.period.days.length === 1 ? missing : missing.map((one) => `${runDate}: ${one}`);
}

function shortened(items: readonly string[]): readonly string[] {
  if (items.length <= MOST_ITEMS) return items;
  return [...items.slice(0, MOST_ITEMS), `and ${items.length - MOST_ITEMS} more`];
}

function sentence(text: string): string {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
