/** Rules of a site's robots.txt for us (RFC 9309). */
export interface RobotsRules {
  /** @param url absolute address on the site */
  allows(url: string): boolean;
  /** `Crawl-delay`, not in the standard and obeyed all the same; 0 when there is none. */
  readonly crawlDelayMs: number;
}

interface Rule {
  readonly allow: boolean;
  readonly pattern: RegExp;
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
      const matching = rules.filter(({ pattern }) => pattern.test(target));
      const longest = Math.max(...matching.map(({ length }) => length), 0);
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
    const [, field = '', value = ''] = /^\s*([A-Za-z-]+)\s*:\s*([^#]*?)\s*(?:#.*)?$/.exec(line) ?? [];
    const name = field.toLowerCase();
    if (name === 'user-agent') {
      if (open === null || !lastWasAgent) {
        open = { agents: [], rules: [], crawlDelayMs: 0 };
        groups.push(open);
      }
      open.agents.push(value.toLowerCase());
      lastWasAgent = true;
      continue;
    }
    if (field !== '') lastWasAgent = false;
    if (open !== null) addRule(open, name, value);
  }
  return groups;
}

function addRule(group: Group, name: string, value: string): void {
  if (name === 'crawl-delay' && /^\d+(\.\d+)?$/.test(value)) group.crawlDelayMs = Number(value) * 1_000;
  if ((name !== 'allow' && name !== 'disallow') || value === '') return; // an empty path is no rule (2.2.2)
  const pattern = value.split('*').map(escapePattern).join('.*').replace(/\\\$$/, '$');
  group.rules.push({ allow: name === 'allow', pattern: new RegExp(`^${pattern}`), length: value.length });
}

function escapePattern(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** Keeps the rules of one site for at most a day. */
export interface RobotsGate {
  /**
   * @param read asks for robots.txt when there is no copy; what it throws is thrown, so that a site whose rules cannot be
   * read (5xx, unreachable) is stayed away from. A 4xx means no limits (RFC 9309, 2.3.1.3).
   */
  rules(read: () => Promise<{ readonly status: number; readonly text: string }>): Promise<RobotsRules>;
}

export function createRobotsGate(): RobotsGate {
  let kept: { readonly rules: RobotsRules; readonly untilMs: number } | null = null;
  return {
    async rules(read) {
      if (kept !== null && Date.now() < kept.untilMs) return kept.rules;
      const { status, text } = await read();
      const rules = status >= 400 ? NO_LIMITS : readRobots(text);
      kept = { rules, untilMs: Date.now() + LONGEST_AGE_MS };
      return rules;
    },
  };
}
