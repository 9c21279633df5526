import { BadConfig } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { callService, jsonOf, memberOf, type ServiceReply } from './http-call.js';
import type { OutgoingNotice, Tell, Told } from './told.js';

export interface GithubSettings {
  readonly apiUrl: string;
  /** Needs leave to write issues of the repository. */
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
}

const LABEL = 'phoenix-alert';
/** Most of a page (REST API, "Using pagination", read 2025-07). */
const PAGE = 100;
const MOST_PAGES = 10;

interface Issue {
  readonly number: number;
  readonly url: string;
}

interface Call {
  readonly settings: GithubSettings;
  readonly notice: OutgoingNotice;
  readonly signal: AbortSignal;
}

/**
 * Tells by issues of a repository (REST API, "Issues", version 2022-11-28, read 2025-07): one open issue for an alert, a comment
 * for each further notice, closed when it has recovered. Marks in the text name alert and notice, and are looked for before anything is
 * written: a repeat after a lost answer writes nothing twice.
 */
export function tellGithub(settings: GithubSettings): Tell {
  return async (notice, signal) => {
    const call = { settings, notice, signal };
    const issue = await findIssue(call);
    if (notice.kind === 'recovered') return close(call, issue);
    if (issue === null) return create(call);
    return issue.own ? delivered(issue.url) : comment(call, issue);
  };
}

async function create({ notice, ...call }: Call): Promise<Told> {
  const body = `${fenced(notice.body)}\n\n${alertMark(notice)}\n${noticeMark(notice)}`;
  const reply = await ask(call, 'POST', '/issues', { title: notice.title.slice(0, 256), body, labels: [LABEL] });
  return endOf(reply, 201);
}

async function comment({ notice, ...call }: Call, issue: Issue): Promise<Told> {
  if (notice.attempt > 1 && (await isCommented({ notice, ...call }, issue))) return delivered(issue.url);
  const body = `**${notice.title.replaceAll('*', '')}**\n\n${fenced(notice.body)}\n\n${noticeMark(notice)}`;
  return endOf(await ask(call, 'POST', `/issues/${issue.number}/comments`, { body }), 201);
}

/** The comment first, then the end: a repeat in between finds the issue open and its comment there. */
async function close(call: Call, issue: Issue | null): Promise<Told> {
  if (issue === null) {
    const done = call.notice.attempt > 1 ? 'it is closed already' : 'no issue of this alert is open';
    return { state: 'skipped', reason: done };
  }
  const told = await comment(call, issue);
  if (told.state !== 'delivered') return told;
  const change = { state: 'closed', state_reason: 'completed' };
  return endOf(await ask(call, 'PATCH', `/issues/${issue.number}`, change), 200);
}

/** The open issue of an alert; `own`: this very notice opened it. Null when there is none. */
async function findIssue(call: Call): Promise<(Issue & { readonly own: boolean }) | null> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const query = `?state=open&labels=${LABEL}&per_page=${PAGE}&page=${page}`;
    const issues = listOf(await ask(call, 'GET', `/issues${query}`));
    for (const one of issues) {
      const [number, body, url] = [memberOf(one, 'number'), memberOf(one, 'body'), memberOf(one, 'html_url')];
      if (typeof number === 'number' && typeof body === 'string' && body.includes(alertMark(call.notice))) {
        return { number, url: String(url), own: body.includes(noticeMark(call.notice)) };
      }
    }
    if (issues.length < PAGE) return null;
  }
  return null;
}

async function isCommented(call: Call, { number }: Issue): Promise<boolean> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const comments = listOf(await ask(call, 'GET', `/issues/${number}/comments?per_page=${PAGE}&page=${page}`));
    if (comments.some((one) => String(memberOf(one, 'body')).includes(noticeMark(call.notice)))) return true;
    if (comments.length < PAGE) return false;
  }
  return false;
}

async function ask(
  { settings, signal }: Omit<Call, 'notice'>,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  content?: object,
): Promise<ServiceReply> {
  const url = `${settings.apiUrl}/repos/${settings.repository}${path}`;
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${settings.token}`,
    'x-github-api-version': '2022-11-28',
    'user-agent': 'phoenix-property-collector',
  };
  const body = content === undefined ? {} : { body: JSON.stringify(content) };
  const reply = await callService({ method, url, headers, signal, ...body });
  if (reply.status === 401) throw new BadConfig(['ALERT_GITHUB_TOKEN was refused']);
  if (reply.status === 404)
    throw new BadConfig(['ALERT_GITHUB_REPOSITORY is not found, or ALERT_GITHUB_TOKEN may not write its issues']);
  return reply;
}

function endOf({ status, text }: ServiceReply, wanted: number): Told {
  const answer = jsonOf(text);
  if (status === wanted) return delivered(String(memberOf(answer, 'html_url')));
  return { state: 'failed', reason: `GitHub refused it: HTTP ${status} ${String(memberOf(answer, 'message'))}` };
}

const delivered = (proof: string): Told => ({ state: 'delivered', proof });

function listOf({ text }: ServiceReply): readonly unknown[] {
  const list = jsonOf(text);
  return Array.isArray(list) ? list : [];
}

/** As code, so that nothing in it mentions people or becomes a link. */
function fenced(text: string): string {
  return `\`\`\`text\n${text.replaceAll('`', "'").trimEnd()}\n\`\`\``;
}

const alertMark = ({ alertId }: OutgoingNotice) => `<!-- phoenix-alert ${sha256(alertId).slice(0, 20)} -->`;
const noticeMark = ({ id }: OutgoingNotice) => `<!-- phoenix-notice ${sha256(id).slice(0, 20)} -->`;
