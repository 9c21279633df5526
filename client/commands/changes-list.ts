import { CHANGE_KINDS, type ChangedValues, type ChangeKind } from '../../core/schemas/changes.js';
import type { ChangeEvidence } from '../../domain/change-events.js';
import { readChanges } from '../../store/change-events.js';
import type { ChangeEventDocument } from '../../store/documents.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { propertyIdOf } from '../property-name.js';
import { Faults, readWhole, readZips, theMarket } from '../run-request.js';
import { readSince } from '../source-request.js';

export interface ChangesListFlags {
  readonly market?: string;
  readonly since?: string;
  readonly kind?: readonly string[];
  readonly zip?: readonly string[];
  readonly property?: string;
  readonly limit?: string;
}

const USUAL_LIMIT = 100;
const MOST_CHANGES = 100_000;

/** Changes of a market in the order in which they became known, the youngest last. */
export async function listChanges(context: CliContext, flags: ChangesListFlags): Promise<number> {
  const faults = new Faults();
  const [name, market] = theMarket(flags.market);
  const since = readSince(flags.since, market, faults);
  const kinds = readKinds(flags.kind, faults);
  const zips = readZips(flags.zip, faults);
  const limit = readWhole('--limit', flags.limit, 1, MOST_CHANGES, faults) ?? USUAL_LIMIT;
  faults.throwAny('phx changes list --help shows an example');
  const propertyId = flags.property === undefined ? null : propertyIdOf(flags.property);
  const { config } = await readSetting(context);
  const found = await withDatabase(config, (db) =>
    readChanges(db, { market: name, since, kinds, zips, propertyId, limit }),
  );
  context.out.document(found.map(documentOf));
  const rows = found.map((event) => [
    event.validFrom.toISOString(),
    event.kind,
    event.zip ?? '',
    event.propertyId,
    `${shown(event.before)} -> ${shown(event.after)}`,
  ]);
  if (rows.length === 0) context.out.data('no changes');
  else context.out.data(columnsOf([['SINCE', 'KIND', 'ZIP', 'PROPERTY', 'BEFORE -> AFTER'], ...rows]));
  return 0;
}

function readKinds(texts: readonly string[] | undefined, faults: Faults): readonly ChangeKind[] | null {
  if (texts === undefined) return null;
  return texts.flatMap((text) => {
    const kind = CHANGE_KINDS.find((known) => known === text.toLowerCase().replaceAll('-', ' '));
    if (kind === undefined) faults.add(`--kind must be one of ${CHANGE_KINDS.join(', ')}, not "${text}"`);
    return kind ?? [];
  });
}

function documentOf(event: ChangeEventDocument) {
  const { _id, kind, source, key, propertyId, market, zip, before, after, evidence, validFrom, knownFrom } = event;
  const { from, to, windows } = evidence;
  return {
    schemaVersion: 1,
    id: _id,
    kind,
    source,
    key,
    propertyId,
    market,
    zip,
    before,
    after,
    evidence: { from: answerOf(from), to: answerOf(to), windows },
    validFrom: validFrom.toISOString(),
    knownFrom: knownFrom.toISOString(),
  };
}

function answerOf(evidence: ChangeEvidence | null) {
  return evidence === null ? null : { ...evidence, fetchedAt: evidence.fetchedAt.toISOString() };
}

function shown(values: ChangedValues | null): string {
  if (values === null) return '-';
  return Object.values(values).map(String).join(', ') || '-';
}
