import type { LayoutName } from './listing-site/layouts.js';
import type { Random } from './random.js';
import type { ServiceName } from './request-log.js';

/** What goes wrong with an answer. */
export type FaultEffect =
  /** An empty answer of this status, `Retry-After` in seconds where given; `silent` has no reason phrase, as over HTTP/2. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number; readonly silent?: boolean }
  /** The right answer, late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** No answer at all; the connection stays open until the client leaves or the sandbox stops. */
  | { readonly kind: 'hang' }
  /** The head and the first half of the body, then the connection is cut. */
  | { readonly kind: 'cut-body' }
  /** 200 with the site's HTML page. */
  | { readonly kind: 'html' }
  /** A result with nothing in it. */
  | { readonly kind: 'empty' }
  /** A field of the county's JSON, at any depth, is gone, has another name, or is wrapped into an object. */
  | { readonly kind: 'drift'; readonly change: 'drop' | 'rename' | 'retype'; readonly field: string }
  /** The token counts as wrong; left out: every token. `silent` refuses without a reason phrase, as over HTTP/2. */
  | { readonly kind: 'refused-token'; readonly token?: string; readonly silent?: boolean }
  /** The county answers with the document of another parcel. */
  | { readonly kind: 'wrong-parcel' }
  /** The right answer of the RESO service; then the first of its rows is changed, or is gone. */
  | { readonly kind: 'row-moves' }
  | { readonly kind: 'row-vanishes' }
  /** The robots.txt of the service disallows everything. */
  | { readonly kind: 'robots-disallow' }
  /** A failure told by a code in the body: with status 200 by the map layer and the captcha service, with the status of the code by the RESO service. */
  | { readonly kind: 'error-body'; readonly code: number }
  /** A task of the captcha service takes so long, or gives an answer that no site takes. */
  | { readonly kind: 'late-solution'; readonly delayMs: number }
  | { readonly kind: 'wrong-solution' }
  /** Pages of the listing site. */
  | { readonly kind: 'block-page' }
  | { readonly kind: 'captcha' }
  /** Pages in another template; left out: one that nobody has a selector set for. */
  | { readonly kind: 'layout-change'; readonly layout?: LayoutName }
  /** The first so many cards of a results page have no price. */
  | { readonly kind: 'broken-cards'; readonly count: number };

export type FaultKind = FaultEffect['kind'];

/** Every kind, for checks of what the control service is told. */
export const FAULT_KINDS: readonly FaultKind[] = [
  'status',
  'slow',
  'hang',
  'cut-body',
  'html',
  'empty',
  'drift',
  'refused-token',
  'wrong-parcel',
  'row-moves',
  'row-vanishes',
  'robots-disallow',
  'error-body',
  'late-solution',
  'wrong-solution',
  'block-page',
  'captcha',
  'layout-change',
  'broken-cards',
];

/** When a fault strikes. All conditions given must hold. */
export interface FaultRule {
  readonly service: ServiceName;
  readonly effect: FaultEffect;
  /** Strikes this many requests, then is gone; left out: until removed. */
  readonly times?: number;
  /** Strikes this share of the matching requests, 0 to 1; left out: all. */
  readonly rate?: number;
  /** Regular expression over path and query, for example `^/parcel/` or `page=2`; left out: every path. */
  readonly path?: string;
}

export interface Faults {
  /** @returns id of the rule, for `remove` */
  add(rule: FaultRule): string;
  remove(id: string): void;
  clear(): void;
  list(): readonly (FaultRule & { readonly id: string; readonly struck: number })[];
  /** The effect for this request, or null. Counts the strike: call it once a request. The oldest rule that fits wins. */
  strike(service: ServiceName, target: string): FaultEffect | null;
}

interface HeldRule {
  readonly id: string;
  readonly rule: FaultRule;
  readonly pattern: RegExp | null;
  struck: number;
}

/** @param random draws for rules with a rate, so that a seed gives the same faults again */
export function createFaults(random: Random): Faults {
  let held: HeldRule[] = [];
  let lastId = 0;
  const fits = ({ rule, pattern }: HeldRule, service: ServiceName, target: string): boolean =>
    rule.service === service &&
    (pattern === null || pattern.test(target)) &&
    (rule.rate === undefined || random.chance(rule.rate));
  const remove = (id: string): void => {
    held = held.filter((entry) => entry.id !== id);
  };
  return {
    add(rule) {
      lastId += 1;
      const id = `fault-${lastId}`;
      held.push({ id, rule, pattern: rule.path === undefined ? null : new RegExp(rule.path), struck: 0 });
      return id;
    },
    remove,
    clear() {
      held = [];
    },
    list: () => held.map(({ id, rule, struck }) => ({ ...rule, id, struck })),
    strike(service, target) {
      const entry = held.find((candidate) => fits(candidate, service, target));
      if (entry === undefined) return null;
      entry.struck += 1;
      if (entry.rule.times !== undefined && entry.struck >= entry.rule.times) remove(entry.id);
      return entry.rule.effect;
    },
  };
}
