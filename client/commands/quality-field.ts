import { DOCUMENT_FIELDS } from '../../domain/document-shape.js';
import { CANNOT_GIVE } from '../../domain/quality/expected.js';
import type { Finding } from '../../domain/quality/finding.js';
import type { GatherableRow } from '../../domain/quality/row.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { nearest } from '../nearest.js';
import { columnsOf } from '../output.js';
import { percent, type QualityFlags, readAskedQuality, scopeOf } from '../quality-rows.js';

const MOST_FINDINGS = 10;

/** The quality of one field. @throws CliError (UsageError), (NotFound) for a name that no property has */
export async function showField(context: CliContext, text: string, flags: QualityFlags): Promise<number> {
  const fields = createFieldRows(text);
  const asked = await readAskedQuality(context, flags, fields.add);
  const { quality } = asked;
  const name = resoName(text, Object.keys(quality.fields));
  const field = quality.fields[name];
  if (field === undefined) throw new CliError('NotFound', `no property has ${name}`);
  const { sources, findings } = fields.of(name);
  const contradictions = quality.contradictions.filter((one) => one.name === name);
  const keys: readonly string[] = DOCUMENT_FIELDS.flatMap(({ key, names }) =>
    names.some((one) => one === name) ? [key] : [],
  );
  const own: readonly string[] = DOCUMENT_FIELDS.flatMap(({ key, names }) => (names[0] === name ? [key] : []));
  const cannotGive = CANNOT_GIVE.filter((one) => own.includes(one.field) && quality.sources[one.source] !== undefined);
  const { expected, known, notAsked, shown, witnessed, contradicted, withheld, ageDays } = field;
  const share = expected === 0 ? null : known / expected;
  const age =
    ageDays === null ? '-' : `middle ${ageDays.median.toFixed(1)}, nine of ten below ${ageDays.p90.toFixed(1)}`;
  context.out.data(
    [
      `${name}${keys.length === 0 ? '' : ` (${keys.join(', ')})`}: ${scopeOf(asked)}`,
      columnsOf([
        ['known', `${known} of ${expected} properties whose sources can give it (${percent(share)})`],
        ['not asked for yet', `${notAsked}`],
        ['shown', `${shown}`],
        ['sources differ', `${contradicted} of ${witnessed} that two state`],
        ['findings', `${field.findings}`],
        ['not shown', `${withheld}`],
        ['days old', age],
      ]),
      '',
      columnsOf([['SHOWN FROM', 'PROPERTIES'], ...Object.entries(sources).map(([source, n]) => [source, `${n}`])]),
      ...contradictions.flatMap((one) => [
        '',
        `${one.sources.join(' / ')}: differ in ${one.differing} of ${one.compared} (${percent(one.share)}), middle gap ${percent(one.size)}`,
        ...one.examples.map((example) => `  ${example.propertyId}: ${example.shown} / ${example.other}`),
      ]),
      ...(findings.length === 0 ? [] : ['']),
      ...findings
        .slice(0, MOST_FINDINGS)
        .map(({ propertyId, code, explanation }) => `${propertyId} ${code}: ${explanation}`),
      ...cannotGive.map(({ field: key, source, why }) => `${source} cannot give ${key}: ${why}`),
    ].join('\n'),
  );
  const { mode, market, zip, source, at } = asked;
  const head = { schemaVersion: 1, mode, market, zip, source, at, name, keys };
  context.out.document({ ...head, field, sources, contradictions, findings, cannotGive });
  return 0;
}

/** @throws CliError (NotFound) with the nearest name */
function resoName(text: string, names: readonly string[]): string {
  const written = text.toLowerCase();
  const found = names.find((name) => name.toLowerCase() === written) ?? keyedName(written);
  if (found !== undefined) return found;
  const like = nearest(text, names);
  throw new CliError('NotFound', `no property has ${text}`, like === null ? null : `did you mean ${like}?`);
}

/** The fact behind a key of the read model, written whole or by its last part. */
function keyedName(written: string): string | undefined {
  return DOCUMENT_FIELDS.find((row) => row.key === written || row.key.endsWith(`.${written}`))?.names[0];
}

interface FieldFinding extends Pick<Finding, 'code' | 'severity' | 'explanation' | 'correction'> {
  readonly propertyId: string;
}

/** Gathers what rows say of the names that a text may mean; the rows themselves are not held. */
function createFieldRows(text: string) {
  const written = text.toLowerCase();
  const keyed = keyedName(written);
  const isMeant = (name: string) => name.toLowerCase() === written || name === keyed;
  const sources = new Map<string, Map<string, number>>();
  const findings = new Map<string, FieldFinding[]>();
  return {
    add({ propertyId, shown, answers, findings: found, jumps }: GatherableRow): void {
      for (const [name, place] of Object.entries(shown).filter(([one]) => isMeant(one))) {
        const source = answers[place]?.source;
        const own = sources.get(name) ?? new Map<string, number>();
        if (source !== undefined) sources.set(name, own.set(source, (own.get(source) ?? 0) + 1));
      }
      for (const { names, code, severity, explanation, correction } of [...found, ...jumps]) {
        for (const name of new Set(names.filter(isMeant))) {
          const own = findings.get(name) ?? [];
          own.push({ propertyId, code, severity, explanation, correction });
          findings.set(name, own);
        }
      }
    },
    of(name: string) {
      const own = [...(sources.get(name) ?? [])].sort((a, b) => b[1] - a[1]);
      return { sources: Object.fromEntries(own), findings: findings.get(name) ?? [] };
    },
  };
}
