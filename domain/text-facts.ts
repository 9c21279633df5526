import type { FactValue } from '../core/schemas/facts.js';
import type { ComposedProperty } from '../core/schemas/property.js';
import type { Confidence, TextFact, TextField, TextValue } from '../core/schemas/text-facts.js';
import { factOf } from './property-facts.js';
import { readRemarks } from './remarks/remarks.js';
import type { RemarkFinding, RemarkTopic } from './remarks/topics.js';

const MONTHS: Readonly<Record<string, number>> = {
  weekly: 12 / 52,
  monthly: 1,
  quarterly: 3,
  'half-yearly': 6,
  yearly: 12,
};

const LEAST_FIRST = ['low', 'medium', 'high'] as const satisfies readonly Confidence[];

/** Facts of sources that say the same thing as a field. Fields that are not here are told by text alone. */
const STATED_BY: Readonly<Partial<Record<TextField, string>>> = {
  pool: 'PoolPrivateYN',
  hoaMonthlyUsd: 'AssociationFee',
  cooling: 'Cooling',
  roof: 'Roof',
  garageSpaces: 'GarageSpaces',
};

type Reader = (findings: readonly RemarkFinding[]) => TextValue | null;

/** The one table between what rules find and the fields that are read from text. */
const FIELDS: readonly (readonly [field: TextField, topic: RemarkTopic, read: Reader])[] = [
  ['floodIrrigation', 'flood irrigation', isThere],
  ['hoaMonthlyUsd', 'hoa', monthlyFee],
  ['solar', 'solar', ([first]) => (first?.present ? (first.detail ?? 'unstated') : 'none')],
  ['pool', 'pool', isThere],
  ['communityPool', 'community pool', isThere],
  ['cooling', 'cooling', coolingOf],
  ['roof', 'roof', roofOf],
  ['roofYear', 'roof year', ([first]) => numberOf(first?.detail ?? null)],
  ['garageSpaces', 'garage', ([first]) => (first?.present ? numberOf(first.detail) : 0)],
  ['rvParking', 'rv parking', isThere],
  ['guestHouse', 'guest house', isThere],
];

/**
 * Reads a text by rules. Each fact has the words that say it; sentences that speak to a machine are not read. Pure.
 * @returns at most one fact a field
 */
export function readTextFacts(text: string): readonly TextFact[] {
  const findings = readRemarks(text);
  return FIELDS.flatMap(([field, topic, read]): readonly TextFact[] => {
    const own = findings.filter((finding) => finding.topic === topic);
    const [first] = own;
    const value = first === undefined ? null : read(own);
    if (first === undefined || value === null) return [];
    const { start, end } = first;
    return [
      { field, value, confidence: leastSure(own), by: 'rules', span: { start, end, quote: text.slice(start, end) } },
    ];
  });
}

/**
 * Puts what the model read beside what rules read. A fact of the model takes the place of one of the rules only when its class is
 * higher; one whose words do not stand in the text just where it says is dropped. Pure.
 */
export function mergeTextFacts(
  text: string,
  byRules: readonly TextFact[],
  byModel: readonly TextFact[],
): readonly TextFact[] {
  const sure = ({ confidence }: TextFact) => LEAST_FIRST.indexOf(confidence);
  const grounded = byModel.filter(
    ({ span }) => span.start < span.end && text.slice(span.start, span.end) === span.quote,
  );
  return FIELDS.flatMap(([field]) => {
    const rule = byRules.find((fact) => fact.field === field);
    const model = grounded.find((fact) => fact.field === field);
    if (rule === undefined) return model ?? [];
    return model !== undefined && sure(model) > sure(rule) ? model : rule;
  });
}

/** What a source itself says of a field, as it says it; null when none does. No fact read from text ever takes its place. Pure. */
export function sourceSays(property: ComposedProperty, field: TextField): FactValue | null {
  const name = STATED_BY[field];
  return name === undefined ? null : (factOf(property, name)?.value ?? null);
}

/** A value made of several statements is as sure as the least sure of them. */
function leastSure(findings: readonly RemarkFinding[]): Confidence {
  return LEAST_FIRST.find((kind) => findings.some(({ confidence }) => confidence === kind)) ?? 'low';
}

function isThere([first]: readonly RemarkFinding[]): boolean | null {
  return first?.present ?? null;
}

function monthlyFee([first]: readonly RemarkFinding[]): number | null {
  if (first === undefined) return null;
  if (!first.present) return 0;
  const [, amount, period] = /^(\$[\d,.]+)(?: (\S+))?$/.exec(first.detail ?? '') ?? [];
  return amount === undefined ? null : feeAMonth(amount, period ?? 'monthly');
}

/** US dollars a month of an amount as it is written, `$1,200`, and how often it is paid; null when that is not known. */
export function feeAMonth(amount: string, period: string | null): number | null {
  const months = MONTHS[period ?? ''];
  const dollars = Number(amount.replace(/[$,\s]/g, ''));
  return months === undefined || !Number.isFinite(dollars) ? null : Math.round((dollars / months) * 100) / 100;
}

function coolingOf(findings: readonly RemarkFinding[]): string | null {
  const kinds = findings.map(({ detail }) => detail);
  if (kinds.includes('refrigeration') && kinds.includes('evaporative')) return 'both';
  return kinds[0] ?? null;
}

function roofOf(findings: readonly RemarkFinding[]): string | null {
  const kinds = findings.flatMap(({ detail }) => /tile|shingle|foam|metal/.exec(detail ?? '')?.[0] ?? []);
  return kinds.length === 0 ? null : [...new Set(kinds)].sort().join(' and ');
}

function numberOf(detail: string | null): number | null {
  const count = Number(detail ?? Number.NaN);
  return Number.isFinite(count) ? count : null;
}
