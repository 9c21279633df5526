import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { loadQualityLimits } from '../../../core/product-settings.js';
import { CROSS_RULES } from '../../../domain/quality/cross-rules.js';
import { CANNOT_GIVE } from '../../../domain/quality/expected.js';
import { FACT_RULES } from '../../../domain/quality/fact-rules.js';
import { FRESHNESS_WEIGHT } from '../../../domain/quality/freshness.js';
import { WEIGHTS } from '../../../domain/quality/score.js';

const text = readFileSync(join(projectRoot(), 'docs', 'quality.md'), 'utf8');

it('docs/quality.md names every rule with its reason', () => {
  const rules = [...FACT_RULES, ...CROSS_RULES].map(({ code, why }) => ({
    code: `| \`${code}\` |`,
    why: `| ${why} |`,
  }));
  expect(rules.filter(({ code, why }) => !text.includes(code) || !text.includes(why))).toEqual([]);
});

it('docs/quality.md says the weights, limits and gaps as they are', () => {
  for (const [name, weight] of Object.entries(WEIGHTS)) expect(text).toContain(`| ${name} | ${weight.toFixed(2)} |`);
  expect(text).toContain(`${FRESHNESS_WEIGHT} × freshness`);
  const { freshness, gate } = loadQualityLimits();
  expect(text).toContain(`up to ${freshness.freshHours} hours`);
  expect(text).toContain(`${freshness.staleHours} hours`);
  expect(text).toContain(`below the middle of the last ${gate.baselineRuns} runs`);
  expect(text).toContain(`fewer than ${gate.fewestProperties} properties`);
  const missing = CANNOT_GIVE.filter(
    ({ field, why }) => !text.includes(`\`${field}\``) || !text.includes(`| ${why} |`),
  );
  expect(missing).toEqual([]);
});
