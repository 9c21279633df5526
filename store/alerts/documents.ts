import type { Channel, Measure, Severity, Tier, TransitionKind } from '../../core/schemas/alerts.js';
import type { AlertStanding } from '../../domain/alerts/evaluate.js';

/** What alerts and their transitions have in common. */
interface AlertFields {
  readonly market: string;
  readonly rule: string;
  readonly subject: string;
  readonly tier: Tier;
  readonly severity: Severity;
  /** Alerts with one cause are one trouble: incidents group by it. */
  readonly cause: string;
  readonly value: number | null;
  readonly text: string;
}

/** `alerts`: how an alert stands. Can be made again from its transitions, save what was seen in between. */
export interface AlertDocument extends AlertFields {
  /** `ids.alertId`. */
  readonly _id: string;
  readonly measure: Measure;
  readonly state: AlertStanding;
  /** Number of the last transition that is in it. */
  readonly seq: number;
  /** Transitions up to this one have their deliveries. */
  readonly plannedSeq: number;
  /** Incidents know of the transitions up to this one; left out: of none. */
  readonly raisedSeq?: number;
  /** Since when it holds without a break. */
  readonly since: Date;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** Evaluations that found it. */
  readonly count: number;
  /** When people were last told; null for never. */
  readonly noticedAt: Date | null;
  /** True once people were told of this episode. */
  readonly noticed: boolean;
  /** True once somebody higher was told of it. */
  readonly escalated: boolean;
}

/** `alert_transitions`: what happened to an alert. Rows are only ever added. */
export interface AlertTransitionDocument extends AlertFields {
  /** `ids.transitionId`. */
  readonly _id: string;
  readonly alertId: string;
  readonly measure: Measure;
  readonly seq: number;
  readonly kind: TransitionKind;
  /** True: nobody was told. */
  readonly quiet: boolean;
  readonly since: Date;
  readonly at: Date;
  /** Of an acknowledgement: who, and what was said. */
  readonly by: string | null;
  readonly note: string | null;
}

/** `deliveries`: one notice over one channel. */
export interface DeliveryDocument {
  /** `ids.deliveryId`. */
  readonly _id: string;
  readonly transitionId: string;
  readonly alertId: string;
  readonly market: string;
  readonly channel: Channel;
  readonly kind: TransitionKind;
  readonly tier: Tier;
  readonly severity: Severity;
  /** Roles of the roster that are told; left out: those of the tier. */
  readonly roles?: readonly string[];
  /** The message, frozen: every try sends the same. */
  readonly title: string;
  readonly body: string;
  /** `skipped`: the channel is not set up. `failed`: refused for good, or tried for as long as it may take. */
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'failed';
  /** Not to be sent before: quiet hours. */
  readonly notBefore: Date;
  readonly attempts: number;
  /** What the other side gave for it: message id, number of the comment, its answer. */
  readonly proof: string | null;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}
