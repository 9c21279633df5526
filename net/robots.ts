import { PhoenixError } from '../core/errors.js';

/** Rules of a site's robots.txt for us (RFC 9309). */
export interface RobotsRules {
  /** @param url absolute address on the site */
  allows(url: string): boolean;
  /** `Crawl-delay`, not in the standard and obeyed all the same; 0 when there is none. */
  readonly crawlDelayMs: number;
}

interface Rule {
  readonly allow: boolean;
  readonly pattern: string;
  /** Octets of the path in the file: the longest match wins. */
  readonly length: number;
}

interface Group {
  readonly agents: string[];
  readonly rules: Rule[];
  crawlDelayMs: number;
}

/** Product name that groups in robots.txt may address. */
const PRODUCT_TOKEN = 'phoenix-property-collector';
/** RFC 9309, 2.4: no copy older than this is used. */
const LONGEST_AGE_MS = 86_400_000;
const NO_LIMITS: RobotsRules = { allows: () => true, crawlDelayMs: 0 };

/**
 * Reads a robots.txt. Groups that name our product count; without one, those for `*`. Lines that are no rule are left out.
 */
export function readRobots(text: string): RobotsRules {
  const groups = readGroups(text);
  const named = groups.filter(({ agents }) => agents.includes(PRODUCT_TOKEN));
  const ours = named.length > 0 ? named : groups.filter(({ agents }) => agents.includes('*'));
  const rules = ours.flatMap((group) => group.rules);
  return {
    allows(url) {
      const { pathname, search } = new URL(url);
      const target = `${pathname}${search}`;
      if (pathname === '/robots.txt') return true;
      const matching = rules.filter(({ pattern }) => matches(pattern, target));
      const longest = matching.reduce((most, { length }) => Math.max(most, length), 0);
      const decisive = matching.filter(({ length }) => length === longest);
      return decisive.length === 0 || decisive.some(({ allow }) => allow); // allow wins ties
    },
    crawlDelayMs: Math.max(0, ...ours.map(({ crawlDelayMs }) => crawlDelayMs)),
  };
}

function readGroups(text: string): readonly Group[] {
  const groups: Group[] = [];
  let open: Group | null = null;
  let lastWasAgent = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const { name, value } = fieldOf(line);
    if (name === 'user-agent') {
      if (open === null || !lastWasAgent) {
        open = { agents: [], rules: [], crawlDelayMs: 0 };
        groups.push(open);
      }
      open.agents.push(value.toLowerCase());
      lastWasAgent = true;
      continue;
    }
    if (name !== '') lastWasAgent = false;
    if (open !== null) addRule(open, name, value);
  }
  return groups;
}

/** Name in lower case and value of a line; the name is empty where the line is no field. */
function fieldOf(line: string): { readonly name: string; readonly value: string } {
  const [content = ''] = line.split('#', 1);
  const colon = content.indexOf(':');
  const name = content.slice(0, Math.max(0, colon)).trim().toLowerCase();
  return /^[a-z-]+$/.test(name) ? { name, value: content.slice(colon + 1).trim() } : { name: '', value: '' };
}

function addRule(group: Group, name: string, value: string): void {
  if (name === 'crawl-delay' && /^\d+(\.\d+)?$/.test(value))
    group.crawlDelayMs = Math.min(Number(value) * 1_000, LONGEST_AGE_MS);
  if ((name !== 'allow' && name !== 'disallow') || value === '') return; // an empty path is no rule (2.2.2)
  group.rules.push({ allow: name === 'allow', pattern: value, length: value.length });
}

/**
 * Whether a pattern with `*` and an end mark `$` fits the beginning of a path. Without a regular expression: a file full of
 * stars would keep one busy for minutes.
 */
function matches(pattern: string, target: string): boolean {
  const toTheEnd = pattern.endsWith('$');
  const [first = '', ...others] = (toTheEnd ? pattern.slice(0, -1) : pattern).split('*');
  if (!target.startsWith(first)) return false;
  const last = toTheEnd ? others.pop() : undefined;
  let at = first.length;
  for (const part of others) {
    const found = target.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  if (!toTheEnd) return true;
  if (last === undefined) return target.length === at;
  return target.length - last.length >= at && target.endsWith(last);
}

/** Keeps the rules of one site for at most a day. */
export interface RobotsGate {
  /**
   * @param read asks for robots.txt when there is no copy; what it throws is thrown, so that a site whose rules cannot be
   * read (5xx, unreachable) is stayed away from. A 4xx means no limits (RFC 9309, 2.3.1.3). Callers at the same time share
   * one reading; when the caller whose reading it was is cancelled, another one reads.
   */
  rules(
    read: () => Promise<{ readonly status: number; readonly text: string }>,
    signal?: AbortSignal,
  ): Promise<RobotsRules>;
}

/** @param now epoch milliseconds; tests give their own clock */
export function createRobotsGate(now: () => number = Date.now): RobotsGate {
  let kept: { readonly rules: RobotsRules; readonly untilMs: number } | null = null;
  let reading: Promise<RobotsRules> | null = null;
  return {
    async rules(read, signal) {
      for (;;) {
        signal?.throwIfAborted();
        if (kept !== null && now() < kept.untilMs) return kept.rules;
        if (reading === null) {
          reading = read()
            .then(({ status, text }) => {
              const rules = status >= 400 ? NO_LIMITS : readRobots(text);
              kept = { rules, untilMs: now() + LONGEST_AGE_MS };
              return rules;
            })
            .finally(() => {
              reading = null;
            });
          return await reading;
        }
        const shared = await endOf(reading, signal);
        if (shared.ok) return shared.rules;
        if (shared.problem instanceof PhoenixError) throw shared.problem;
      }
    },
  };
}

type Shared = { readonly ok: true; readonly rules: RobotsRules } | { readonly ok: false; readonly problem: unknown };

/** How somebody else's reading ended. @throws the signal's reason when the caller is cancelled meanwhile */
function endOf(reading: Promise<RobotsRules>, signal: AbortSignal | undefined): Promise<Shared> {
  return new Promise((resolve, reject) => {
    const cancelled = () => reject(signal?.reason);
    signal?.addEventListener('abort', cancelled, { once: true });
    const settle = (shared: Shared) => {
      signal?.removeEventListener('abort', cancelled);
      resolve(shared);
    };
    reading.then(
      (rules) => settle({ ok: true, rules }),
      (problem: unknown) => settle({ ok: false, problem }),
    );
  });
}
