import type { Json } from '../core/hash.js';
import type { ServiceAnswer, ServiceRequest } from './http-service.js';
import { isJsonList, isJsonObject, type JsonObject, textAt } from './json.js';

export interface StoredIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  state: 'open' | 'closed';
  stateReason: string | null;
  readonly comments: { readonly id: number; readonly body: string }[];
}

interface Account {
  readonly token: string;
  readonly repository: string;
}

/** Answers as the REST API of GitHub does for issues (read 2025-07): list, create, change, comments. */
export function answerGithub(
  issues: StoredIssue[],
  { method, path, query, headers, body }: ServiceRequest,
  { token, repository }: Account,
): ServiceAnswer {
  if (headers['user-agent'] === undefined) return json(403, { message: 'Request forbidden by administrative rules.' });
  if (headers.authorization !== `Bearer ${token}`) return json(401, { message: 'Bad credentials', status: '401' });
  const root = `/repos/${repository}/issues`;
  if (path !== root && !path.startsWith(`${root}/`)) return notFound();
  const [number, rest] = path.slice(root.length + 1).split('/');
  const fields = parsed(body);
  if (number === undefined || number === '') {
    if (method === 'GET') return list(issues, query, repository);
    return fields === null ? json(400, { message: 'Problems parsing JSON' }) : create(issues, fields, repository);
  }
  const issue = issues.find((one) => one.number === Number(number));
  if (issue === undefined) return notFound();
  if (rest === 'comments') return comments(issue, method, fields, query, repository);
  if (method === 'PATCH' && fields !== null) return change(issue, fields, repository);
  return json(200, shown(issue, repository));
}

function list(issues: readonly StoredIssue[], query: URLSearchParams, repository: string): ServiceAnswer {
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter((label) => label !== '');
  const found = issues
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => labels.every((label) => issue.labels.includes(label)));
  return json(
    200,
    page([...found].reverse(), query).map((issue) => shown(issue, repository)),
  );
}

function create(issues: StoredIssue[], fields: JsonObject, repository: string): ServiceAnswer {
  const { title, body, labels } = fields;
  if (typeof title !== 'string' || title === '') {
    const errors = [{ resource: 'Issue', field: 'title', code: 'missing_field' }];
    return json(422, { message: 'Validation Failed', errors, status: '422' });
  }
  const issue: StoredIssue = {
    ...{ number: issues.length + 1, title, body: typeof body === 'string' ? body : '', state: 'open' },
    ...{ labels: isJsonList(labels) ? labels.map(String) : [], stateReason: null, comments: [] },
  };
  issues.push(issue);
  return json(201, shown(issue, repository));
}

function comments(
  issue: StoredIssue,
  method: string,
  fields: JsonObject | null,
  query: URLSearchParams,
  repository: string,
): ServiceAnswer {
  const shownComment = (one: StoredIssue['comments'][number]) => ({
    ...{ id: one.id, body: one.body },
    html_url: `${address(issue, repository)}#issuecomment-${one.id}`,
  });
  if (method === 'GET') return json(200, page(issue.comments, query).map(shownComment));
  if (typeof fields?.body !== 'string' || fields.body === '') return json(422, { message: 'Validation Failed' });
  const comment = { id: issue.number * 1_000 + issue.comments.length + 1, body: fields.body };
  issue.comments.push(comment);
  return json(201, shownComment(comment));
}

function change(issue: StoredIssue, fields: JsonObject, repository: string): ServiceAnswer {
  const state = textAt(fields, 'state');
  if (state !== 'open' && state !== 'closed') return json(422, { message: 'Validation Failed' });
  issue.state = state;
  issue.stateReason = textAt(fields, 'state_reason');
  return json(200, shown(issue, repository));
}

function shown(issue: StoredIssue, repository: string) {
  const { number, title, body, state, stateReason, labels } = issue;
  const named = labels.map((name) => ({ name }));
  return { number, title, body, state, state_reason: stateReason, labels: named, html_url: address(issue, repository) };
}

const address = ({ number }: StoredIssue, repository: string) =>
  `https://github.example/${repository}/issues/${number}`;

function page<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Number(query.get('per_page') ?? '30');
  const from = (Number(query.get('page') ?? '1') - 1) * size;
  return all.slice(from, from + size);
}

const notFound = () => json(404, { message: 'Not Found', status: '404' });

function json(status: number, body: Json): ServiceAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

function parsed(body: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
