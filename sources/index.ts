import type { SourceName } from '../core/schemas/names.js';
import type { Source } from '../core/source.js';

/** The sources a worker can reach. */
export interface SourceRegistry {
  /** @throws Error for a source this worker was not given: its queue must not be polled here */
  get(name: SourceName): Source;
  readonly all: readonly Source[];
}

export function createSourceRegistry(sources: readonly Source[]): SourceRegistry {
  const byName = new Map(sources.map((source) => [source.name, source]));
  return {
    all: sources,
    get(name) {
      const found = byName.get(name);
      if (!found) throw new Error(`this worker has no source ${name}`);
      return found;
    },
  };
}
