import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { createGunzip } from 'node:zlib';
import got, { RequestError } from 'got';
import {
  Blocked,
  NetworkError,
  PhoenixError,
  RateLimited,
  ResponseInvalid,
  SourceUnavailable,
  UnsafeTarget,
} from '../core/errors.js';
import {
  type Answered,
  type PoliteDeps,
  type RequestAbout,
  type SourceTarget,
  sendPolitely,
} from './polite-request.js';
import { retryAfterMs } from './retry-after.js';
import { createRobotsGate, type RobotsGate } from './robots.js';
import { assertSafeHost, guardedLookup, type Resolve } from './safe-lookup.js';

/** A file that may be larger than memory. */
export interface FileRequest extends Omit<RequestAbout, 'window'> {
  /** What an earlier answer said; the server may answer that nothing has changed. */
  readonly known: { readonly etag: string | null; readonly lastModified: string | null } | null;
  /** The file itself is packed with gzip, whatever its headers say. */
  readonly packed: boolean;
  /** Most bytes as they come, and after unpacking. */
  readonly mostBytes: number;
  readonly mostUnpackedBytes: number;
}

export interface FileFacts {
  readonly fetchId: string;
  /** When it had arrived whole, ISO 8601 UTC. */
  readonly fetchedAt: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** As they came, packed ones packed. */
  readonly bytes: number;
  readonly sha256: string;
}

export type FileAnswer<T> = ({ readonly changed: true; readonly read: T } & FileFacts) | { readonly changed: false };

/**
 * Reads a file while it comes, line by line; never more than one line is held. Within the host's limit, with an audit row;
 * robots.txt first. Not tried again here. A repeat is safe.
 * @param read gets the lines without their ends; what it gives is the answer's
 * @throws UnsafeTarget, Blocked, RateLimited, NetworkError, SourceUnavailable, ResponseInvalid, and what `read` throws
 */
export type FileGet = <T>(
  request: FileRequest,
  read: (lines: AsyncIterable<string>) => Promise<T>,
) => Promise<FileAnswer<T>>;

export interface FileGetDeps extends PoliteDeps {
  readonly userAgent: string;
  /** Where it may go, and the ceiling there. */
  readonly targets: readonly SourceTarget[];
  readonly resolve?: Resolve;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** A server that sends nothing for so long has gone. */
const SILENCE_MS = 60_000;
const UNNAMED_PAUSE_MS = 60_000;
const NOT_MODIFIED = 304;
/** The widest published row has some 330 columns; a line beyond this is no row. */
const LONGEST_LINE = 256 * 1_024;
const ROBOTS_BYTES = 512 * 1_024;

export function createFileGet({ userAgent, targets, resolve = lookup, ...deps }: FileGetDeps): FileGet {
  const connection = { keepAlive: false, lookup: guardedLookup(resolve) };
  const agent = { http: new Agent(connection), https: new TlsAgent(connection) };
  const gates = new Map<string, RobotsGate>();

  async function allowed(request: FileRequest, origin: string): Promise<void> {
    const gate = gates.get(origin) ?? createRobotsGate();
    gates.set(origin, gate);
    const url = `${origin}/robots.txt`;
    const limits = { known: null, packed: false, mostBytes: ROBOTS_BYTES, mostUnpackedBytes: ROBOTS_BYTES };
    const rules = await gate.rules(
      () =>
        send(
          { ...request, ...limits, url, endpoint: 'robots' },
          whole,
          (status) => (status >= 200 && status < 300) || (status >= 400 && status < 500),
        ),
      request.signal,
    );
    if (!rules.allows(request.url)) throw new Blocked(request.source, `robots.txt disallows ${request.url}`);
  }

  /** @param takes statuses whose body is read */
  async function send<T>(
    request: FileRequest,
    read: (lines: AsyncIterable<string>) => Promise<T>,
    takes: (status: number) => boolean,
  ): Promise<Sent<T>> {
    const { source, url } = request;
    const target = targets.find(({ origin }) => origin === new URL(url).origin);
    if (!target) throw new UnsafeTarget(`${source} may not reach ${new URL(url).origin}`);
    assertSafeHost(url);
    const { requestTimeoutMs } = target.limit;
    return sendPolitely(deps, { ...request, window: null }, target.limit, (fetchId) =>
      readAnswer(request, got.stream(url, optionsOf(request, requestTimeoutMs)), fetchId, read, takes),
    );
  }

  const optionsOf = (request: FileRequest, requestTimeoutMs: number) => ({
    agent,
    decompress: false,
    headers: { ...conditions(request), accept: '*/*', 'accept-encoding': 'identity', 'user-agent': userAgent },
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: { connect: CONNECT_TIMEOUT_MS, socket: SILENCE_MS, request: requestTimeoutMs },
    signal: request.signal,
  });

  return async (request, read) => {
    await allowed(request, new URL(request.url).origin);
    const { read: result, facts } = await send(request, read, (status) => status === 200);
    return result === null ? { changed: false } : { changed: true, read: result, ...facts };
  };
}

interface Sent<T> {
  readonly status: number;
  /** What was read, where that is a text. */
  readonly text: string;
  /** Null for an answer that says that nothing has changed. */
  readonly read: T | null;
  readonly facts: FileFacts;
}

async function readAnswer<T>(
  request: FileRequest,
  stream: Stream,
  fetchId: string,
  read: (lines: AsyncIterable<string>) => Promise<T>,
  takes: (status: number) => boolean,
): Promise<Answered<Sent<T>>> {
  const { host } = new URL(request.url);
  const counted = { bytes: 0, hash: createHash('sha256') };
  try {
    const status = await statusOf(stream);
    const failure = takes(status) || status === NOT_MODIFIED ? null : failureOf(request, host, status, stream);
    const lines = linesOf(unpacked(request, bounded(request, stream, counted)), request);
    const result = takes(status) ? await read(lines) : null;
    const headers = stream.response?.headers;
    const facts: FileFacts = {
      fetchId,
      fetchedAt: new Date().toISOString(),
      etag: headers?.etag ?? null,
      lastModified: headers?.['last-modified'] ?? null,
      bytes: counted.bytes,
      sha256: counted.hash.digest('hex'),
    };
    const text = typeof result === 'string' ? result : '';
    return { value: { status, text, read: result, facts }, status, body: new Uint8Array(), streamed: facts, failure };
  } catch (problem) {
    request.signal.throwIfAborted();
    throw problem instanceof PhoenixError ? problem : noAnswer(host, problem, counted.bytes);
  } finally {
    stream.destroy();
  }
}

function conditions({ known }: FileRequest): Readonly<Record<string, string>> {
  return {
    ...(known?.etag ? { 'if-none-match': known.etag } : {}),
    ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
  };
}

type Stream = ReturnType<typeof got.stream>;

function statusOf(stream: Stream): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.once('response', ({ statusCode }: { statusCode: number }) => resolve(statusCode));
    stream.once('error', reject);
  });
}

function failureOf({ source, url }: FileRequest, host: string, status: number, stream: Stream): PhoenixError {
  if (status === 429) {
    const { date, 'retry-after': named = null } = stream.response?.headers ?? {};
    return new RateLimited(host, retryAfterMs(named, Date.now(), date) ?? UNNAMED_PAUSE_MS, { told: true });
  }
  if (status === 401 || status === 403) return new Blocked(source, `${url}: status ${status}`);
  if (status >= 500) return new SourceUnavailable(host, `status ${status}`);
  return new ResponseInvalid(source, `${url}: status ${status}`);
}

async function* bounded(
  { source, url, mostBytes }: FileRequest,
  stream: AsyncIterable<Buffer>,
  counted: { bytes: number; hash: ReturnType<typeof createHash> },
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    counted.bytes += chunk.length;
    if (counted.bytes > mostBytes) throw new ResponseInvalid(source, `${url}: more than ${mostBytes} bytes`);
    counted.hash.update(chunk);
    yield chunk;
  }
}

/** Unpacks while it comes. A bomb is stopped at the ceiling: nothing is unpacked ahead of what is read. */
async function* unpacked(request: FileRequest, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (!request.packed) return yield* chunks;
  const gunzip = createGunzip();
  const fed = feed(gunzip, chunks);
  let size = 0;
  try {
    for await (const chunk of gunzip) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > request.mostUnpackedBytes) {
        throw new ResponseInvalid(
          request.source,
          `${request.url}: more than ${request.mostUnpackedBytes} bytes unpacked`,
        );
      }
      yield chunk;
    }
    await fed;
  } finally {
    gunzip.destroy();
    await fed.catch(() => undefined);
  }
}

async function feed(gunzip: ReturnType<typeof createGunzip>, chunks: AsyncGenerator<Buffer>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve).once('close', resolve));
    }
    gunzip.end();
  } catch (problem) {
    gunzip.destroy(problem instanceof Error ? problem : new Error('the file broke off', { cause: problem }));
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>, { source, url }: FileRequest): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of chunks) {
    const parts = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) yield line.replace(/\r$/, '');
    if (rest.length > LONGEST_LINE)
      throw new ResponseInvalid(source, `${url}: a line of over ${LONGEST_LINE} characters`);
  }
  rest += decoder.decode();
  if (rest !== '') yield rest.replace(/\r$/, '');
}

async function whole(lines: AsyncIterable<string>): Promise<string> {
  const kept: string[] = [];
  for await (const line of lines) kept.push(line);
  return kept.join('\n');
}

/** A file that began and broke off, or cannot be unpacked, is the service's trouble; none at all is the network's. */
function noAnswer(host: string, problem: unknown, bytes: number): PhoenixError {
  if (problem instanceof RequestError && problem.cause instanceof UnsafeTarget) return problem.cause;
  if (bytes > 0) return new SourceUnavailable(host, `the file broke off after ${bytes} bytes`, { cause: problem });
  return new NetworkError(host, 'no answer', { cause: problem });
}
