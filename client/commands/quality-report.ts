import { CANNOT_GIVE } from '../../domain/quality/expected.js';
import type { GatheredQuality, PartQuality } from '../../domain/quality/gather.js';
import { type GatherableRow, RULES_VERSION } from '../../domain/quality/row.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { type AskedQuality, percent, type QualityFlags, readAskedQuality, scopeOf } from '../quality-rows.js';

/** Of the requirements, section 14. */
const TARGETS: readonly (readonly [name: keyof GatheredQuality & string, words: string, target: string])[] = [
  ['completeness', 'known of what the sources can give', '>= 95 %'],
  ['completenessOfAsked', 'the same, of what was asked for', '>= 95 %'],
  ['validity', 'properties without a finding', '>= 98 %'],
  ['agreement', 'facts of two sources that agree', '>= 98 %'],
  ['duplicates', 'properties shown twice', '< 2 %'],
  ['freshness', 'freshness of the ZIP codes', '>= 95 %'],
];
const MOST_FIELDS = 40;
const MOST_CONTRADICTIONS = 10;
const MOST_WITHHELD = 10;

/** The quality of a market, or of a part of it. @throws CliError (UsageError), (NotFound) */
export async function reportQuality(context: CliContext, flags: QualityFlags): Promise<number> {
  const withheld: WithheldLine[] = [];
  const asked = await readAskedQuality(context, flags, (row) => {
    const room = MOST_WITHHELD - withheld.length;
    if (room > 0)
      withheld.push(...row.withheld.slice(0, room).map((fact) => ({ propertyId: row.propertyId, ...fact })));
  });
  const { quality, lastRun } = asked;
  const sources = Object.keys(quality.sources);
  const cannotGive = CANNOT_GIVE.filter(({ source }) => sources.includes(source));
  const sections = [
    headOf(asked),
    tableOf('SHARES', [['', 'NOW', 'TARGET'], ...sharesOf(quality)]),
    tableOf('SOURCES', partRows('SOURCE', quality.sources)),
    tableOf('PARSERS', partRows('PARSER', quality.parsers)),
    tableOf('ZIP CODES', partRows('ZIP', quality.zips)),
    tableOf('FIELDS, the worst first', fieldRows(quality)),
    tableOf('FINDINGS', findingRows(quality)),
    tableOf('CONTRADICTIONS, the most frequent first', contradictionRows(quality)),
    tableOf('NOT SHOWN, since it cannot be true', withheldRows(withheld)),
    tableOf('WHAT SOURCES CANNOT GIVE', [
      ['FIELD', 'SOURCE', 'WHY'],
      ...cannotGive.map(({ field, source, why }) => [field, source, why]),
    ]),
  ];
  context.out.data(sections.filter((section) => section !== '').join('\n\n'));
  const { mode, market, zip, source, at } = asked;
  const gate = lastRun === null ? null : { runKey: lastRun._id, runDate: lastRun.runDate, ...lastRun.gate };
  const head = { schemaVersion: 1, mode, market, zip, source, at, rulesVersion: RULES_VERSION };
  context.out.document({ ...head, quality, gate, withheld, cannotGive });
  return 0;
}

function headOf(asked: AskedQuality): string {
  const { quality, lastRun } = asked;
  const shown = quality.published === quality.properties ? 'all shown' : `${quality.published} shown`;
  const gate =
    lastRun === null
      ? 'no run was judged yet'
      : `run of ${lastRun.runDate}: ${GATE_WORDS[lastRun.gate.state]}${lastRun.gate.reasons.map((reason) => `\n  ${reason}`).join('')}`;
  const score = quality.score === null ? '-' : quality.score.toFixed(3);
  return [`${scopeOf(asked)}: ${quality.properties} properties, ${shown}, score ${score}`, gate].join('\n');
}

const GATE_WORDS = {
  passed: 'the quality holds',
  below: 'the quality is below the gate',
  'too-few': 'too few properties to say',
} as const;

function tableOf(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length < 2 ? '' : `${title}\n${columnsOf(rows)}`;
}

function sharesOf(quality: GatheredQuality): readonly (readonly string[])[] {
  return TARGETS.map(([name, words, target]) => {
    const value = quality[name];
    return [words, percent(typeof value === 'number' ? value : null), target];
  });
}

function partRows(title: string, parts: Readonly<Record<string, PartQuality>>): readonly (readonly string[])[] {
  const rows = Object.entries(parts).map(([name, part]) => [
    ...[name, `${part.properties}`, part.score.toFixed(3), percent(part.completeness), percent(part.freshness)],
    ...[`${part.findings}`, `${part.withheld}`],
  ]);
  return [[title, 'PROPERTIES', 'SCORE', 'KNOWN', 'FRESH', 'FINDINGS', 'NOT SHOWN'], ...rows];
}

function fieldRows({ fields }: GatheredQuality): readonly (readonly string[])[] {
  const knownShare = (known: number, expected: number) => (expected === 0 ? 1 : known / expected);
  const sorted = Object.entries(fields)
    .filter(([, { expected, contradicted, withheld, findings }]) => expected + contradicted + withheld + findings > 0)
    .sort(([, a], [, b]) => knownShare(a.known, a.expected) - knownShare(b.known, b.expected));
  const rows = sorted
    .slice(0, MOST_FIELDS)
    .map(([name, field]) => [
      ...[name, field.expected === 0 ? '-' : `${field.known} of ${field.expected}`, `${field.notAsked}`],
      ...[field.witnessed === 0 ? '-' : `${field.contradicted} of ${field.witnessed}`, `${field.findings}`],
      field.ageDays === null ? '-' : `${field.ageDays.median.toFixed(1)} / ${field.ageDays.p90.toFixed(1)}`,
    ]);
  return [['FIELD', 'KNOWN', 'NOT ASKED YET', 'SOURCES DIFFER', 'FINDINGS', 'DAYS OLD (MIDDLE / 90 %)'], ...rows];
}

function findingRows({ findings }: GatheredQuality): readonly (readonly string[])[] {
  return [['RULE', 'FINDINGS'], ...Object.entries(findings).map(([code, count]) => [code, `${count}`])];
}

function contradictionRows({ contradictions }: GatheredQuality): readonly (readonly string[])[] {
  const rows = contradictions.slice(0, MOST_CONTRADICTIONS).map((one) => {
    const [example] = one.examples;
    const seen = example === undefined ? '' : `${example.shown} / ${example.other} of ${example.propertyId}`;
    const share = `${one.differing} of ${one.compared} (${percent(one.share)})`;
    return [one.name, one.sources.join(' / '), share, percent(one.size), seen];
  });
  return [['FIELD', 'SOURCES (SHOWN / OTHER)', 'DIFFER', 'GAP', 'EXAMPLE'], ...rows];
}

type WithheldLine = GatherableRow['withheld'][number] & { readonly propertyId: string };

function withheldRows(withheld: readonly WithheldLine[]): readonly (readonly string[])[] {
  const rows = withheld.map(({ propertyId, code, reason, instead }) => [
    ...[propertyId, code, reason],
    instead === null ? 'nothing' : `${instead.value} of ${instead.at.slice(0, 10)}`,
  ]);
  return [['PROPERTY', 'RULE', 'REASON', 'SHOWN INSTEAD'], ...rows];
}
