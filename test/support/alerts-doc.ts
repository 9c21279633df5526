import { loadAlertRules } from '../../core/product-settings.js';
import type { AlertRule } from '../../core/schemas/alerts.js';

const BEGIN = '<!-- rules: made by UPDATE_DOCS=1 npm run jest -- test/unit/docs/alerts.test.ts -->';
const END = '<!-- end of rules -->';
const WORD = { above: 'more than', from: 'at least', below: 'less than' } as const;

/** The page with the table of rules as it must be. */
export function alertsDoc(page: string): string {
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const head =
    '| Rule | Trigger | Stands for | Tier, severity | Fires when | Told again | Cause |\n|---|---|---|---|---|---|---|';
  const rows = loadAlertRules().map(rowOf);
  return `${before}${BEGIN}\n${[head, ...rows].join('\n')}\n${END}${after}`;
}

function rowOf({
  name,
  trigger,
  requirement,
  tier,
  severity,
  cooldownMinutes,
  cause,
  runbook,
  ...rule
}: AlertRule): string {
  const unit = rule.unit === 'share' || rule.unit === 'count' ? '' : ` ${rule.unit}`;
  const wait = rule.forMinutes > 0 ? ` for ${rule.forMinutes} min` : '';
  const fires = `\`${rule.measure}\` ${WORD[rule.when]} ${rule.threshold}${unit}${wait}`;
  const again = rule.once ? 'never' : `after ${cooldownMinutes} min`;
  return `| [\`${name}\`](#${runbook}) | ${trigger} | ${requirement} | ${tier}, ${severity} | ${fires} | ${again} | \`${cause}\` |`;
}
