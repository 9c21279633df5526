import type { Config } from '../core/config.js';
import type { SourceName } from '../core/schemas/names.js';
import type { Source } from '../core/source.js';
import { type TroubleWatch, UNWATCHED } from '../core/trouble-watch.js';
import type { HttpGet } from '../net/http-client.js';
import type { VisitPage } from '../net/page-visit.js';
import type { SourceTarget } from '../net/polite-request.js';
import { createMaricopaAssessor, createMaricopaSettings } from './maricopa-assessor/index.js';
import { createGisSettings, createMaricopaGis } from './maricopa-gis/index.js';
import { createPhoenixMls, createPhoenixMlsSettings } from './phoenix-mls/index.js';
import { createPimaAssessor, createPimaAssessorSettings } from './pima-assessor/index.js';
import { createReso, createResoSettings } from './reso/index.js';

/** The sources there are. */
export interface SourceRegistry {
  get(name: SourceName): Source;
  readonly all: readonly Source[];
}

/** What sources are made of. Every one takes what it needs. */
export interface SourceDeps {
  readonly config: Config;
  readonly http: HttpGet;
  readonly visit: VisitPage;
  /** Whether the recorded permission for a source holds now. */
  readonly permissionHeld: (source: SourceName) => Promise<boolean>;
  /** Selector sets of a source of pages that a person approved, as stored. */
  readonly approvedSets: (source: SourceName) => Promise<readonly unknown[]>;
  /** Is told what a source put right by itself. Left out: nobody is. */
  readonly watch?: Pick<TroubleWatch, 'handled'>;
}

/** All sources. A new one is a folder and a line here, and one in `sourceTargets`. */
export function createSources({
  config,
  http,
  visit,
  permissionHeld,
  approvedSets,
  ...more
}: SourceDeps): SourceRegistry {
  const { watch = UNWATCHED } = more;
  const sources: Readonly<Record<SourceName, Source>> = {
    'maricopa-assessor': createMaricopaAssessor({ http, settings: createMaricopaSettings(config), watch }),
    'phoenix-mls': createPhoenixMls({
      visit,
      settings: createPhoenixMlsSettings(config),
      permissionHeld: () => permissionHeld('phoenix-mls'),
      approvedSets: () => approvedSets('phoenix-mls'),
    }),
    'maricopa-gis': createMaricopaGis({ http, settings: createGisSettings(config) }),
    reso: createReso({ http, settings: createResoSettings(config) }),
    'pima-assessor': createPimaAssessor({ http, settings: createPimaAssessorSettings(config) }),
  };
  return { all: Object.values(sources), get: (name) => sources[name] };
}

/** Where each source may go, and its ceiling there. */
export function sourceTargets(config: Config): Readonly<Record<SourceName, SourceTarget>> {
  return {
    'maricopa-assessor': createMaricopaSettings(config).target,
    'phoenix-mls': createPhoenixMlsSettings(config).target,
    'maricopa-gis': createGisSettings(config).target,
    reso: createResoSettings(config).target,
    'pima-assessor': createPimaAssessorSettings(config).target,
  };
}
