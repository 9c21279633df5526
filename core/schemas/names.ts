/** Names of the sources; equal to their folder names. */
export const SOURCE_NAMES = ['maricopa-assessor', 'phoenix-mls', 'maricopa-gis', 'reso', 'pima-assessor'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** Open market data: files over whole countries, no source that is walked by ZIP code. */
export const MARKET_DATA = 'market-data';
/** Whoever sends requests from here. */
export type AskerName = SourceName | typeof MARKET_DATA;

/** Sources whose records are listings; the records of the others are about parcels. */
export const LISTING_SOURCES: readonly SourceName[] = ['phoenix-mls', 'reso'];

/** What kind of world a run works on. Databases, namespaces and workers are separate; readers never mix them. */
export const MODES = ['demo', 'test', 'production'] as const;
export type Mode = (typeof MODES)[number];

/** MongoDB database of a mode. */
export const DATABASE_OF: Readonly<Record<Mode, string>> = {
  demo: 'phoenix_demo',
  test: 'phoenix_test',
  production: 'phoenix',
};

/** Temporal namespace of a mode. */
export const NAMESPACE_OF: Readonly<Record<Mode, string>> = {
  demo: 'phoenix-demo',
  test: 'phoenix-test',
  production: 'phoenix',
};

/** How bad an incident is, the worst first. */
export const INCIDENT_SEVERITIES = ['P0', 'P1', 'P2', 'P3'] as const;

/** Who is told of an incident. L1 is the machine; `supervisor` is the head of L2. */
export const INCIDENT_LEVELS = ['L2', 'supervisor', 'L3', 'L4'] as const;

/** What the machine tries about an incident before a person has to. */
export const RECOVERY_STEPS = [
  'start-day',
  'fill-gaps',
  'probe-source',
  'check-proxies',
  'reload-model',
  'probe-components',
] as const;

export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number];
