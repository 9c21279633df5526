import type { RawPropertyDocument } from '../../store/documents.js';
import type { DecidedBy, EntityLinkDocument, ReviewDocument } from '../../store/resolve/documents.js';
import { decidePair, listMergedLinks, listReviews, readPair } from '../../store/resolve/reviews.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { Faults, readWhole, theMarket } from '../run-request.js';
import { given, readWords } from '../source-request.js';

export interface ReviewsListFlags {
  readonly market?: string;
  readonly state?: string;
  readonly limit?: string;
}

export interface ReviewsShowFlags {
  readonly market?: string;
}

export interface ReviewsDecideFlags {
  readonly market?: string;
  readonly by?: string;
  readonly note?: string;
}

const STATES = ['open', 'decided', 'settled', 'merged'] as const;
const LABELS = ['merged', 'apart'] as const;
const USUAL_LIMIT = 50;
const MOST = 1_000;
/** Facts by which a person tells homes apart; the rest is in `phx property show`. */
const SHOWN = [
  'ParcelNumber UnparsedAddress PostalCode LivingArea YearBuilt LotSizeSquareFeet BedroomsTotal PropertyType',
  'SubdivisionName ListingId ListPrice StandardStatus',
].flatMap((row) => row.split(' '));

/** Questions of a market in one state, or what is merged. */
export async function listQuestions(context: CliContext, flags: ReviewsListFlags): Promise<number> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const state = STATES.find((known) => known === (flags.state ?? 'open'));
  if (state === undefined) faults.add(`--state must be one of ${STATES.join(', ')}, not "${flags.state}"`);
  const limit = readWhole('--limit', flags.limit, 1, MOST, faults) ?? USUAL_LIMIT;
  faults.throwAny('phx reviews list --help shows an example');
  const { config } = await readSetting(context);
  const found = await withDatabase(config, async (db) =>
    state === 'merged'
      ? (await listMergedLinks(db, market, limit)).map(rowOfLink)
      : (await listReviews(db, market, state ?? 'open', limit)).map(rowOfReview),
  );
  context.out.document(found);
  if (found.length === 0) context.out.data(state === 'merged' ? 'nothing is merged' : `no ${state} questions`);
  else {
    const rows = found.map(({ id, score, record, property, since, reasons }) => [
      ...[id, score.toFixed(3), record, property, since],
      reasons.map(({ name }) => name).join(', '),
    ]);
    context.out.data(columnsOf([['ID', 'SCORE', 'LISTING', 'PROPERTY', 'SINCE', 'REASONS'], ...rows]));
  }
  return 0;
}

/** Both sides of a link with what speaks for and against it. @throws CliError (NotFound) */
export async function showQuestion(context: CliContext, id: string, flags: ReviewsShowFlags): Promise<number> {
  const [market] = theMarket(flags.market);
  const { config } = await readSetting(context);
  const pair = await withDatabase(config, (db) => readPair(db, market, id));
  if (pair === null) throw notFound(id, market);
  const { link, review } = pair;
  const [left, right] = [pair.left, pair.right].map((records) => records.flatMap(factsOf));
  const { state, score, reasons, propertyId, recordId, decidedBy } = link;
  context.out.document({
    ...{ schemaVersion: 1, id, market, record: recordId, property: propertyId, state, score, reasons },
    ...{ decidedBy, review: review?.state ?? null, left, right },
    log: link.log.map(({ at, ...row }) => ({ ...row, at: at.toISOString() })),
  });
  const facts = (title: string, rows: typeof left) => [
    title,
    ...(rows ?? []).map(
      (row) => `  ${row.name} = ${row.value}  (${row.source}, ${row.fetchedAt}, sha256 ${row.rawRef})`,
    ),
  ];
  context.out.data(
    [
      `${recordId} and ${propertyId}: ${state}, score ${score.toFixed(3)}, by ${whoOf(decidedBy)}`,
      ...reasons.map(({ name, weight, against, evidence }) => {
        const sign = weight > 0 ? '+' : '';
        const note = against === null ? '' : `  [${against}]`;
        return `  ${sign}${weight} ${name}: ${evidence.left} | ${evidence.right}${note}`;
      }),
      ...facts('Listing', left),
      ...facts('Property', right),
    ].join('\n'),
  );
  return 0;
}

/** Takes a person's word on a pair and applies it. @throws CliError (NotFound) */
export async function decideQuestion(
  context: CliContext,
  id: string,
  word: string,
  flags: ReviewsDecideFlags,
): Promise<number> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const label = LABELS.find((known) => known === word) ?? faults.add(`say merged or apart, not "${word}"`);
  const who = readWords('--by', flags.by, true, faults);
  const why = readWords('--note', flags.note, true, faults);
  faults.throwAny('phx reviews decide --help shows an example');
  const said = { label: given(label), by: given(who), note: given(why) };
  const { config } = await readSetting(context);
  const property = await withDatabase(config, (db) => decidePair({ db, client: db.client }, market, id, said));
  if (property === null) throw notFound(id, market);
  context.out.data(`${id}: ${said.label}, by the word of ${said.by}; the listing belongs to ${property} now`);
  context.out.document({ schemaVersion: 1, id, market, ...said, property });
  return 0;
}

function notFound(id: string, market: string): CliError {
  return new CliError('NotFound', `no link ${id} in market ${market}`, 'phx reviews list shows the ids');
}

function rowOfReview({
  linkId,
  market,
  recordId,
  propertyId,
  score,
  reasons,
  openedAt,
  state,
  decision,
}: ReviewDocument) {
  const since = openedAt.toISOString();
  return {
    schemaVersion: 1,
    id: linkId,
    market,
    record: recordId,
    property: propertyId,
    score,
    reasons,
    since,
    state,
    decision,
  };
}

function rowOfLink({ _id, market, recordId, propertyId, score, reasons, at, state, decidedBy }: EntityLinkDocument) {
  const since = at.toISOString();
  return {
    schemaVersion: 1,
    id: _id,
    market,
    record: recordId,
    property: propertyId,
    score,
    reasons,
    since,
    state,
    decidedBy,
  };
}

function whoOf(decidedBy: DecidedBy): string {
  return 'rule' in decidedBy ? `rule ${decidedBy.rule}` : `${decidedBy.person} (${decidedBy.note})`;
}

function factsOf({ _id, source, kinds }: RawPropertyDocument) {
  const all = Object.values(kinds).flatMap(({ facts, rawRef, fetchId, fetchedAt, url }) =>
    facts.map(({ name, value }) => ({
      record: _id,
      source,
      name,
      value,
      rawRef,
      fetchId,
      url,
      fetchedAt: fetchedAt.toISOString(),
    })),
  );
  return SHOWN.flatMap((name) => all.filter((fact) => fact.name === name));
}
