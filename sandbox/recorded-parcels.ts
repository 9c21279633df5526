import { normaliseParcelNumber } from '../core/ids.js';
import { renderDocument, renderRow } from './county-document.js';
import { drawParcel, type ParcelDraw } from './draw-parcel.js';
import type { Exchange } from './exchange.js';
import { isJsonObject, type JsonObject, numberAt, objectsAt, textAt } from './json.js';
import type { Parcel, ParcelFacts } from './parcel.js';
import { isParcelDocument, readFacts, readHome, readSitus, readValue } from './read-document.js';
import { normalisePath, type Recordings } from './recordings.js';

/** What the recordings say about one parcel. */
export interface RecordedParcel {
  /** Compact. */
  readonly apn: string;
  readonly zip: string | null;
  readonly city: string | null;
  /** As a property search showed it. */
  readonly row: JsonObject | null;
  /** The document to show; null when only a row, or parts, are recorded. */
  readonly document: JsonObject | null;
  /** Recorded answers of the parcel's other endpoints, by endpoint. */
  readonly parts: Readonly<Record<string, Exchange['response']['body']>>;
}

/** Gathers the parcels of the recordings: those of search rows first, in recorded order, then those of documents. */
export function gatherRecordedParcels(recordings: Recordings): readonly RecordedParcel[] {
  const found: Gathering = { rows: new Map(), days: new Map(), parts: new Map() };
  for (const sameRequest of recordings.all()) {
    if (sameRequest[0]?.response.status === 200) gather(found, sameRequest[0], sameRequest);
  }
  const { rows, days, parts } = found;
  const apns = new Set([...rows.keys(), ...days.keys()]);
  return [...apns].map((apn) => gathered(apn, rows.get(apn) ?? null, days.get(apn) ?? [], parts.get(apn) ?? {}));
}

interface Gathering {
  readonly rows: Map<string, JsonObject>;
  /** Every answer to the request of a document, the one to show first. */
  readonly days: Map<string, readonly Exchange[]>;
  readonly parts: Map<string, RecordedParcel['parts']>;
}

function gather({ rows, days, parts }: Gathering, shown: Exchange, sameRequest: readonly Exchange[]): void {
  const [kind, place = '', endpoint] = normalisePath(shown.request.path).slice(1).split('/');
  if (kind === 'search' && (place === 'property' || place === 'rp')) addRows(rows, shown);
  const apn = kind === 'parcel' ? normaliseParcelNumber(place) : null;
  if (apn === null) return;
  if (endpoint === undefined) days.set(apn, sameRequest);
  else if (!isEmptyAnswer(shown)) parts.set(apn, { ...parts.get(apn), [endpoint]: shown.response.body });
}

/** A parcel of the world from a recorded one. What is not recorded of a parcel known by its row alone is drawn. */
export function worldParcel(
  recorded: RecordedParcel,
  draw: Omit<ParcelDraw, 'apn' | 'propertyType' | 'street'>,
): Parcel {
  const { apn, document, row } = recorded;
  if (document !== null) {
    const facts = readFacts(apn, draw.place.zip, document);
    return { facts, origin: 'recorded-document', row: row ?? renderRow(facts), document: () => document };
  }
  const facts = completed(recorded, draw);
  return { facts, origin: 'recorded-row', row: row ?? renderRow(facts), document: () => renderDocument(facts) };
}

function completed(
  { apn, row, parts }: RecordedParcel,
  draw: Omit<ParcelDraw, 'apn' | 'propertyType' | 'street'>,
): ParcelFacts {
  const known = row ?? {};
  const drawn = drawParcel({
    ...draw,
    apn,
    canary: false,
    propertyType: (textAt(known, 'PropertyType') ?? 'RESIDENTIAL').toUpperCase(),
    street: textAt(known, 'SitusAddress'),
  });
  const home = parts['residential-details'];
  const values = parts.valuations;
  const [, section = '', township = '', range = ''] =
    /^(\d{1,2})(\d[NS])(\d{1,2}[EW])$/.exec(textAt(known, 'SectionTownshipRange') ?? '') ?? [];
  return {
    ...drawn,
    city: textAt(known, 'SitusCity') ?? drawn.city,
    subdivision: textAt(known, 'SubdivisonName'),
    legalDescription: textAt(known, 'SubdivisonName'),
    mcr: textAt(known, 'MCR'),
    section,
    township,
    range,
    isRental: known.RentalID === 'Y',
    owner: { ...drawn.owner, name: textAt(known, 'Ownership') },
    ...(isJsonObject(home) ? { home: readHome(home), lotSqft: numberAt(home, 'LotSize') } : {}),
    ...(Array.isArray(values) ? { values: values.filter(isJsonObject).map(readValue) } : {}),
  };
}

function addRows(rows: Map<string, JsonObject>, { response }: Exchange): void {
  if (!isJsonObject(response.body)) return;
  for (const row of objectsAt(response.body, 'Results')) {
    const apn = normaliseParcelNumber(textAt(row, 'APN') ?? '');
    if (apn !== null && !rows.has(apn)) rows.set(apn, row);
  }
}

function gathered(
  apn: string,
  row: JsonObject | null,
  days: readonly Exchange[],
  parts: RecordedParcel['parts'],
): RecordedParcel {
  const documents = days.map(({ response }) => response.body).filter(isParcelDocument);
  const document = documents[0] ?? null;
  const city = document === null ? textAt(row ?? {}, 'SitusCity') : textAt(document, 'LocalJusidiction');
  // A newer answer may withhold the address that an older one of the same parcel still shows.
  const zips = documents.map((day) => readSitus(textAt(day, 'PropertyAddress'), null).zip);
  const zip = textAt(row ?? {}, 'SitusZip') ?? zips.find((found) => found !== null) ?? null;
  return { apn, zip: zip?.slice(0, 5) ?? null, city, row, document, parts };
}

function isEmptyAnswer({ response }: Exchange): boolean {
  return typeof response.body === 'string' || (Array.isArray(response.body) && response.body.length === 0);
}
