import { TEXT_FIELDS, type TextField } from '../../core/schemas/text-facts.js';
import { type Committed, type CommittedFigures, groupsOf, toCommitted, worseThan } from './figures.js';
import type { Measured } from './readers.js';
import type { SetName } from './sets.js';

/** Figures of a set by the names under which they are kept. Pure. */
export function namedFigures(set: SetName, { figures, groups }: Measured): Readonly<Record<string, Committed>> {
  return Object.fromEntries(
    groupsOf(set).flatMap((name) => {
      const group = name === set ? figures : groups[name.slice(set.length + 1)];
      return group === undefined ? [] : [[name, toCommitted(group)]];
    }),
  );
}

/** What is worse by rules alone than the committed figures, a sentence each. Pure. */
export function gateRules(set: SetName, measured: Measured, { rules }: CommittedFigures): readonly string[] {
  return Object.entries(namedFigures(set, measured)).flatMap(([name, now]) =>
    worseThan(`rules, ${name}`, rules[name], now),
  );
}

/** The same for rules and model. Figures of another model or prompt are no measure: that is said, and counts as worse. Pure. */
export function gateModel(
  set: SetName,
  measured: Measured,
  { model }: CommittedFigures,
  now: { readonly name: string; readonly promptVersion: string },
): readonly string[] {
  if (model === null || model.name !== now.name || model.promptVersion !== now.promptVersion)
    return [`rules and model, ${set}: no figures are committed for ${now.name} with ${now.promptVersion}`];
  return Object.entries(namedFigures(set, measured)).flatMap(([name, figures]) =>
    worseThan(`rules and model, ${name}`, model.sets[name], figures),
  );
}

/** How the model changes a field. */
export interface FieldVerdict {
  readonly field: TextField;
  readonly rulesF1: number | null;
  readonly bothF1: number | null;
  readonly helps: boolean;
  readonly on: boolean;
}

/**
 * Says of each field whether the model helps, and whether it may read it. It helps when F1 is higher and at least two of three facts
 * that it adds are right: a wrong fact costs more than one that is missing. Pure.
 */
export function verdicts(rules: Measured, trial: Measured, on: readonly TextField[]): readonly FieldVerdict[] {
  return TEXT_FIELDS.flatMap((field): readonly FieldVerdict[] => {
    const [before, after] = [rules.figures.fields[field], trial.figures.fields[field]];
    if (before === undefined || after === undefined) return [];
    const added = after.right + after.wrong - before.right - before.wrong;
    const helps = (after.f1 ?? 0) > (before.f1 ?? 0) && (after.right - before.right) * 3 >= added * 2;
    return [{ field, rulesF1: before.f1, bothF1: after.f1, helps, on: on.includes(field) }];
  });
}

/**
 * On the set written by hand: a field may be on only when the model helps there, and rules and model may not be worse in macro F1 than
 * rules alone. Pure.
 */
export function gateSwitches(all: readonly FieldVerdict[], rules: Measured, both: Measured): readonly string[] {
  const harmful = all.filter(({ on, helps }) => on && !helps).map(({ field }) => field);
  const worse = both.figures.macroF1 < rules.figures.macroF1;
  return [
    ...(harmful.length === 0
      ? []
      : [`the model does not help with ${harmful.join(', ')}: switch it off in config/extraction.json`]),
    ...(worse ? [`rules and model have macro F1 ${both.figures.macroF1}, rules alone ${rules.figures.macroF1}`] : []),
  ];
}
