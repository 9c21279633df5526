import type { AlertRule, RuleChange } from '../../core/schemas/alerts.js';

/** A rule as it holds now. */
export interface EffectiveRule extends AlertRule {
  /** True: written down, but nobody is told. */
  readonly muted: boolean;
  /** True when a person changed it. */
  readonly changed: boolean;
}

/** The rules of the file with the changes of people, by rule name. */
export function effectiveRules(
  rules: readonly AlertRule[],
  changes: ReadonlyMap<string, RuleChange>,
): readonly EffectiveRule[] {
  return rules.map((rule) => {
    const change = changes.get(rule.name);
    return { ...rule, muted: false, ...change, changed: change !== undefined };
  });
}
