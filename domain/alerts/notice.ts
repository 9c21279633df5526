import type { AlertChannels, Channel, Severity, Tier, TransitionKind } from '../../core/schemas/alerts.js';
import type { EffectiveRule } from './rules.js';

/** What a notice speaks of. */
export interface NoticeSubject {
  readonly transitionId: string;
  readonly alertId: string;
  readonly market: string;
  readonly subject: string;
  readonly tier: Tier;
  readonly severity: Severity;
  readonly kind: TransitionKind;
  readonly text: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly at: string;
}

/** A message as it is told; every channel carries the same words. */
export interface Notice {
  readonly title: string;
  readonly body: string;
}

const WORD: Readonly<Record<TransitionKind, string>> = {
  fired: '',
  reminded: 'STILL ',
  escalated: 'ESCALATED ',
  acknowledged: 'TAKEN ',
  recovered: 'RECOVERED ',
  told: '',
};

/** The words of a notice. Pure: the same transition gives the same words, so a repeat is known as one. */
export function noticeOf(
  alert: NoticeSubject,
  rule: EffectiveRule,
  mode: string,
  response: AlertChannels['response'][Tier],
): Notice {
  const { tier, kind, market, subject, severity, text, since, at, alertId, transitionId } = alert;
  const demo = mode === 'production' ? '' : ` (${mode})`;
  const title = `[${WORD[kind]}${tier.toUpperCase()}] ${market}${demo}: ${rule.name}, ${subject}`;
  const answer =
    response.withinMinutes === null ? 'next working day' : `within ${minutesInWords(response.withinMinutes)}`;
  const open = kind !== 'recovered' && kind !== 'told';
  const lines = [
    text,
    '',
    `Trigger: ${rule.trigger} (${rule.requirement})`,
    `Severity: ${severity}; answer ${answer}`,
    `Since: ${since}; told at ${at}`,
    ...(open ? [`What to do: docs/alerts.md#${rule.runbook}`, `Take it: phx alerts ack "${alertId}" --by NAME`] : []),
    `Reference: ${transitionId}`,
  ];
  return { title, body: `${lines.join('\n')}\n` };
}

function minutesInWords(minutes: number): string {
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** Channels of a transition; an acknowledgement is told to nobody. */
export function channelsOf(kind: TransitionKind, channels: readonly Channel[]): readonly Channel[] {
  return kind === 'acknowledged' ? [] : channels;
}
