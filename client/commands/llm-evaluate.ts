import { TEXT_FIELDS, type TextField } from '../../core/schemas/text-facts.js';
import { type CommittedFigures, loadFigures, writeFigures } from '../../llm/evaluate/figures.js';
import {
  type FieldVerdict,
  gateModel,
  gateRules,
  gateSwitches,
  namedFigures,
  verdicts,
} from '../../llm/evaluate/gate.js';
import {
  askModelAbout,
  effortOf,
  type Measured,
  type ModelEffort,
  measureBoth,
  measureRules,
} from '../../llm/evaluate/readers.js';
import { type EvaluationSet, loadSet, SET_NAMES, type SetName } from '../../llm/evaluate/sets.js';
import { createTextReader, type TextReader } from '../../llm/extract.js';
import { fieldsForModel } from '../../llm/extraction-settings.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { modelUnderTest } from '../model-under-test.js';
import { columnsOf } from '../output.js';

export interface EvaluateFlags {
  readonly set: 'sandbox' | 'hand' | 'all';
  readonly rulesOnly?: true;
  readonly injections?: true;
  readonly update?: true;
}

/** Exit code of a check that found a problem. */
const FOUND = 3;

interface WithModel {
  /** With the model reading every field: shows where it would help. */
  readonly trial: Measured;
  /** With the fields that the settings let it read. */
  readonly both: Measured;
  readonly effort: ModelEffort;
  readonly verdicts: readonly FieldVerdict[];
}

interface SetResult {
  readonly set: SetName;
  readonly rules: Measured;
  readonly model: WithModel | null;
}

/**
 * Reads labelled texts by rules, and by rules and model, prints how well, and compares with the committed figures.
 * @returns 3 when something is worse than it was, or the model reads a field where it does not help; else 0
 * @throws CliError (NotFound) when there is no model and it was not left out
 */
export async function evaluate(context: CliContext, flags: EvaluateFlags): Promise<number> {
  if (flags.update && flags.set !== 'all')
    throw new CliError('UsageError', '--update needs all sets', 'phx llm evaluate --update');
  const deps = flags.rulesOnly ? null : await modelUnderTest(context);
  const reader = deps === null ? null : createTextReader(deps);
  const on = fieldsForModel();
  const results: SetResult[] = [];
  for (const name of SET_NAMES.filter((one) => flags.set === 'all' || flags.set === one)) {
    const set = loadSet(name);
    const rules = measureRules(set);
    results.push({
      set: name,
      rules,
      model: reader === null ? null : await withModel(context, set, rules, reader, on),
    });
  }
  for (const result of results) print(context, result);
  if (flags.update) writeFigures(figuresOf(results, reader, loadFigures()));
  const worse = faultsOf(results, reader, loadFigures());
  for (const fault of worse) context.out.data(`worse: ${fault}`);
  context.out.data(worse.length === 0 ? 'not worse than the committed figures' : `${worse.length} figures are worse`);
  const model = reader === null ? null : { name: reader.model, promptVersion: reader.promptVersion, reads: on };
  context.out.document({ schemaVersion: 1, model, results, worse });
  return worse.length === 0 ? 0 : FOUND;
}

async function withModel(
  { out, signal }: CliContext,
  set: EvaluationSet,
  rules: Measured,
  reader: TextReader,
  on: readonly TextField[],
): Promise<WithModel> {
  const said = await askModelAbout(set, reader, TEXT_FIELDS, signal, (done) => {
    if (done % 20 === 0) out.note(`${set.name}: ${done} of ${set.listings.length} texts read with ${reader.model}`);
  });
  const trial = measureBoth(set, said, TEXT_FIELDS);
  return { trial, both: measureBoth(set, said, on), effort: effortOf(said), verdicts: verdicts(rules, trial, on) };
}

function faultsOf(
  results: readonly SetResult[],
  reader: TextReader | null,
  committed: CommittedFigures,
): readonly string[] {
  return results.flatMap(({ set, rules, model }) => [
    ...gateRules(set, rules, committed),
    ...(model === null || reader === null
      ? []
      : gateModel(set, model.both, committed, { name: reader.model, promptVersion: reader.promptVersion })),
    ...(model === null || set !== 'hand' ? [] : gateSwitches(model.verdicts, rules, model.both)),
  ]);
}

/** What is to be committed. Without a model its figures stay as they were. */
function figuresOf(
  results: readonly SetResult[],
  reader: TextReader | null,
  before: CommittedFigures,
): CommittedFigures {
  const all = (pick: (result: SetResult) => Measured | undefined) =>
    Object.assign(
      {},
      ...results.map((result) => {
        const measured = pick(result);
        return measured === undefined ? {} : namedFigures(result.set, measured);
      }),
    );
  const rules = all((result) => result.rules);
  if (reader === null) return { ...before, rules };
  const sets = all(({ model }) => model?.both);
  return { rules, model: { name: reader.model, promptVersion: reader.promptVersion, sets } };
}

const percent = (value: number | null | undefined) =>
  value === null || value === undefined ? '-' : `${(value * 100).toFixed(1)} %`;

function print({ out }: CliContext, { set, rules, model }: SetResult): void {
  const head = ['FIELD', 'STATED', 'PRECISION', 'RECALL', 'F1', ...(model ? ['F1 WITH MODEL', 'MODEL'] : [])];
  const rows = TEXT_FIELDS.flatMap((field) => {
    const own = rules.figures.fields[field];
    if (own === undefined) return [];
    const verdict = model?.verdicts.find((one) => one.field === field);
    const beside = verdict
      ? [percent(verdict.bothF1), `${verdict.helps ? 'helps' : 'no help'}, ${verdict.on ? 'on' : 'off'}`]
      : [];
    return [[field, String(own.stated), percent(own.precision), percent(own.recall), percent(own.f1), ...beside]];
  });
  out.data(`\n${set}: ${setLine(rules)}`);
  out.data(columnsOf([head, ...rows]));
  out.data(`rules alone: ${lineOf(rules)}`);
  if (model === null) return;
  const { asked, answered, kept, groundedShare } = model.effort;
  out.data(`rules and model, every field: ${lineOf(model.trial)}`);
  out.data(`rules and model, as set: ${lineOf(model.both)}`);
  out.data(
    `model: ${asked} questions, ${answered} answers, ${kept} with words that carry them (${percent(groundedShare)})`,
  );
}

function setLine({ groups }: Measured): string {
  return Object.entries(groups)
    .map(([name, { macroF1 }]) => `${name} ${percent(macroF1)}`)
    .join(', ');
}

function lineOf({ figures, propertiesPerHour }: Measured): string {
  const classes = Object.entries(figures.classes)
    .map(([name, { facts, precision }]) => `${name} ${percent(precision)} of ${facts}`)
    .join(', ');
  return `macro F1 ${percent(figures.macroF1)}, words found ${percent(figures.grounded)}, right: ${classes}; ${propertiesPerHour} properties/h`;
}
