import { compactParcelNumber } from '../../core/ids.js';
import type { Fact } from '../../core/schemas/facts.js';
import { LISTING_SOURCES, type SourceName } from '../../core/schemas/names.js';
import type { ComposedProperty, StoredRecord } from '../../core/schemas/property.js';
import { composeProperty, type KindOrder } from '../compose.js';
import { crossFindings, sourceFindings } from './cross-rules.js';
import { FACT_RULES, type FactPlace, type FactRule, factSentence } from './fact-rules.js';
import type { Finding } from './finding.js';
import { type Quality, scoreQuality } from './score.js';

/** A fact that is not shown, and why. It stays in its record. */
export interface WithheldFact {
  readonly recordId: string;
  readonly code: string;
  readonly fact: Fact;
  /** One sentence. */
  readonly reason: string;
  /** The same fact by an earlier answer, which is shown in its place; null when there is none that may be shown. */
  readonly instead: Fact | null;
}

/** A property as it may be shown, and what was found on the way. */
export interface Judged {
  /** Composed of what may be shown. Null: no record is left, so the property is not published. */
  readonly property: ComposedProperty | null;
  readonly isHome: boolean;
  readonly findings: readonly Finding[];
  readonly withheld: readonly WithheldFact[];
  readonly quality: Quality;
}

/** So many facts that cannot be, in one record: it was not read rightly, and none of its facts is believed. */
const RECORD_LIMIT = 3;
const RULES_OF = new Map<string, readonly FactRule[]>();
for (const rule of FACT_RULES) RULES_OF.set(rule.name, [...(RULES_OF.get(rule.name) ?? []), rule]);

/** Earlier states of records, the newest first, by record id. */
export type EarlierStates = ReadonlyMap<string, readonly StoredRecord[]>;

/**
 * Judges the records of one property and composes what may be shown. A fact that breaks a hard rule is withheld: what an earlier
 * answer of the same source said goes on being shown, else the next best source speaks. A record with three such facts, or about
 * another parcel, is withheld whole, and its last good state goes on being shown. Pure: a rebuild gives the same.
 * @param earlier needed for records with withheld facts alone; left out: nothing goes on being shown
 */
export function judgeProperty(
  propertyId: string,
  records: readonly StoredRecord[],
  kindOrder: KindOrder,
  earlier: EarlierStates = new Map(),
): Judged {
  const isHome = isAboutHome(records);
  const judged = records.map((record) => judgeRecord(record, isHome, earlier.get(record.recordId) ?? []));
  const kept = judged.flatMap(({ record }) => (record === null ? [] : [record]));
  const property = kept.length === 0 ? null : composeProperty(propertyId, kept, kindOrder);
  const findings = [
    ...judged.flatMap((one) => one.findings),
    ...(property === null ? [] : [...crossFindings(property, isHome), ...sourceFindings(property)]),
  ];
  return {
    property,
    isHome,
    findings,
    withheld: judged.flatMap(({ withheld }) => withheld),
    quality: scoreQuality(property, kept, findings, isHome),
  };
}

/** True for homes, and where no record says what it is but a listing shows it: land and shops have another type. */
function isAboutHome(records: readonly StoredRecord[]): boolean {
  const types = records.flatMap(({ facts }) => facts.filter(({ name }) => name === 'PropertyType'));
  const home = ({ value }: Fact) => `${value}`.startsWith('Residential') && value !== 'Residential Income';
  return types.length === 0 ? records.some(({ source }) => LISTING_SOURCES.includes(source)) : types.some(home);
}

interface JudgedRecord {
  /** What is left of it; null when nothing is believed. */
  readonly record: StoredRecord | null;
  readonly findings: readonly Finding[];
  readonly withheld: readonly WithheldFact[];
}

function judgeRecord(record: StoredRecord, isHome: boolean, earlier: readonly StoredRecord[]): JudgedRecord {
  const { hard, soft, whole } = faultsOf(record, isHome);
  if (hard.length === 0 && whole === null) return { record, findings: soft, withheld: [] };
  const { recordId } = record;
  if (whole !== null) {
    const lastGood = earlier.find((state) => isGood(state, isHome)) ?? null;
    const withheld = record.facts.map((fact): WithheldFact => {
      const instead = lastGood?.facts.find((one) => isSame(one, fact)) ?? null;
      return { recordId, code: whole.code, fact, reason: whole.explanation, instead };
    });
    const facts = lastGood === null ? null : { ...record, facts: lastGood.facts };
    return { record: facts, findings: [...hard.map(({ finding }) => finding), ...soft, whole], withheld };
  }
  const gone = new Set(hard.map(({ fact }) => fact));
  const withheld = [...gone].map((fact): WithheldFact => {
    const finding = hard.find((one) => one.fact === fact)?.finding;
    const instead = earlier.flatMap((state) => goodFact(state, fact, isHome))[0] ?? null;
    return { recordId, code: finding?.code ?? '', fact, reason: finding?.explanation ?? '', instead };
  });
  const facts = [
    ...record.facts.filter((fact) => !gone.has(fact)),
    ...withheld.flatMap(({ instead }) => instead ?? []),
  ];
  return { record: { ...record, facts }, findings: [...hard.map(({ finding }) => finding), ...soft], withheld };
}

interface Broken {
  readonly fact: Fact;
  readonly finding: Finding;
}

/** What breaks a rule in one record, and why nothing of it is believed; null when the rest is. */
function faultsOf(record: StoredRecord, isHome: boolean) {
  const broken = record.facts.flatMap((fact) => brokenBy({ fact, record, isHome }));
  const hard = broken.filter(({ finding }) => finding.severity === 'hard');
  const soft = broken.flatMap(({ finding }) => (finding.severity === 'soft' ? [finding] : []));
  const names = [...new Set(hard.map(({ fact }) => fact.name))];
  const other = aboutAnotherParcel(record);
  if (other !== null) return { hard, soft, whole: wholeFinding(record, 'record-of-another-parcel', other) };
  if (names.length < RECORD_LIMIT) return { hard, soft, whole: null };
  const words = `${names.length} facts of one record cannot be (${names.join(', ')}): it was not read rightly`;
  return { hard, soft, whole: wholeFinding(record, 'record-unreadable', words) };
}

function wholeFinding({ source, facts }: StoredRecord, code: string, explanation: string): Finding {
  const names = [...new Set(facts.map(({ name }) => name))];
  return { code, severity: 'hard', names, sources: [source], explanation, correction: null };
}

function isGood(state: StoredRecord, isHome: boolean): boolean {
  const { hard, whole } = faultsOf(state, isHome);
  return hard.length === 0 && whole === null;
}

const isSame = (a: Fact, b: Fact) => a.name === b.name && a.kind === b.kind;

function goodFact(state: StoredRecord, fact: Fact, isHome: boolean): readonly Fact[] {
  const { hard, whole } = faultsOf(state, isHome);
  const good = (one: Fact) => isSame(one, fact) && !hard.some((broken) => broken.fact === one);
  return whole === null ? state.facts.filter(good) : [];
}

/** Sources whose key is the parcel number. */
const KEYED_BY_PARCEL: readonly SourceName[] = ['maricopa-assessor', 'maricopa-gis', 'pima-assessor'];

function aboutAnotherParcel({ source, key, facts }: StoredRecord): string | null {
  if (!KEYED_BY_PARCEL.includes(source)) return null;
  const own = compactParcelNumber(key);
  const other = facts
    .filter(({ name }) => name === 'ParcelNumber')
    .map(({ value }) => compactParcelNumber(`${value}`))
    .find((stated) => stated !== null && stated !== own);
  return own !== null && other ? `the record of parcel ${own} states that it is about ${other}` : null;
}

function brokenBy(place: FactPlace): readonly Broken[] {
  const { fact, isHome } = place;
  return (RULES_OF.get(fact.name) ?? [])
    .filter((rule) => (isHome || rule.homes === undefined) && !rule.holds(place))
    .map((rule) => ({ fact, finding: findingOf(rule, place) }));
}

function findingOf(rule: FactRule, place: FactPlace): Finding {
  const { code, severity, name } = rule;
  const explanation = factSentence(rule, place);
  const correction = rule.correct?.(place) ?? null;
  return { code, severity, names: [name], sources: [place.fact.source], explanation, correction };
}
