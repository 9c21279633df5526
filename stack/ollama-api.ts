export interface OllamaFacts {
  readonly version: string;
  /** Names of the models it serves. */
  readonly models: readonly string[];
}

/** Asks a server with Ollama's API what it serves. @returns null when it does not answer like one in time */
export async function askOllama(address: string, timeoutMs: number): Promise<OllamaFacts | null> {
  const [version, tags] = await Promise.all([
    getJson(`${address}/api/version`, timeoutMs),
    getJson(`${address}/api/tags`, timeoutMs),
  ]);
  if (!isRecord(version) || typeof version.version !== 'string') return null;
  if (!isRecord(tags) || !Array.isArray(tags.models)) return null;
  const named: readonly unknown[] = tags.models;
  const models = named.flatMap((model) => (isRecord(model) && typeof model.name === 'string' ? [model.name] : []));
  return { version: version.version, models };
}

/** Has the server fetch a model. @returns false when it cannot, or not in time */
export async function pullModel(address: string, model: string, timeoutMs: number): Promise<boolean> {
  try {
    const answer = await fetch(`${address}/api/pull`, {
      method: 'POST',
      body: JSON.stringify({ model, stream: false }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body: unknown = await answer.json();
    return answer.ok && isRecord(body) && body.status === 'success';
  } catch {
    return false;
  }
}

/** The served model that a wanted name means: the same name, or the name with the tag `latest`; null when there is none. */
export function servedAs(wanted: string, models: readonly string[]): string | null {
  return models.find((name) => name === wanted || name === `${wanted}:latest`) ?? null;
}

async function getJson(url: string, timeoutMs: number): Promise<unknown> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
