import type { GatheredQuality } from '../../../domain/quality/gather.js';
import type { PeriodFacts } from '../facts.js';
import { type Measure, shareOf, sumOf } from '../figure.js';

const latest = ({ quality }: PeriodFacts) => quality.at(-1)?.gathered ?? null;
const ofLatest =
  (read: (gathered: GatheredQuality) => number | null) =>
  (facts: PeriodFacts): number | null => {
    const gathered = latest(facts);
    return gathered === null ? null : read(gathered);
  };
const JUDGED = 'of the last judged run of the period';

export const QUALITY_MEASURES = {
  'quality-score': {
    label: 'Quality score',
    unit: 'score',
    of: 'period',
    says: `mean score of the properties, 0 to 1, ${JUDGED}`,
    inputs: '`quality_runs`: `gathered.score`',
    value: ofLatest(({ score }) => score),
  },
  completeness: {
    label: 'Completeness',
    unit: 'percent',
    target: 'completeness',
    of: 'period',
    says: `facts known ÷ facts that were asked for, ${JUDGED}`,
    inputs: '`quality_runs`: `gathered.completenessOfAsked`',
    value: ofLatest(({ completenessOfAsked }) => completenessOfAsked),
  },
  'completeness-all': {
    label: 'Known of all that sources can give',
    unit: 'percent',
    of: 'period',
    says: `facts known ÷ facts that the sources can give, those not asked for yet too, ${JUDGED}`,
    inputs: '`quality_runs`: `gathered.completeness`',
    value: ofLatest(({ completeness }) => completeness),
  },
  agreement: {
    label: 'Accuracy',
    unit: 'percent',
    target: 'agreement',
    of: 'period',
    says: `facts on which two sources agree ÷ facts that two sources state, ${JUDGED}`,
    inputs: '`quality_runs`: `gathered.agreement`',
    value: ofLatest(({ agreement }) => agreement),
  },
  validity: {
    label: 'Validity',
    unit: 'percent',
    target: 'validity',
    of: 'period',
    says: `properties without a finding ÷ properties, ${JUDGED}`,
    inputs: '`quality_runs`: `gathered.validity`',
    value: ofLatest(({ validity }) => validity),
  },
  duplicates: {
    label: 'Shown twice',
    unit: 'percent',
    target: 'duplicates',
    of: 'period',
    says: `properties that share their address with a listing without a parcel ÷ properties, ${JUDGED}`,
    inputs: '`quality_runs`: `gathered.duplicates`',
    value: ofLatest(({ duplicates }) => duplicates),
  },
  freshness: {
    label: 'Freshness',
    unit: 'percent',
    of: 'period',
    says: `mean freshness of the properties, ${JUDGED}`,
    inputs: '`quality_runs`: `gathered.freshness`',
    value: ofLatest(({ freshness }) => freshness),
  },
  withheld: {
    label: 'Facts not shown',
    unit: 'count',
    of: 'period',
    says: `facts that cannot be true and are kept back, ${JUDGED}`,
    inputs: '`quality_runs`: `gathered.withheldFacts`',
    value: ofLatest(({ withheldFacts }) => withheldFacts),
  },
  'valid-rows': {
    label: 'Records understood',
    unit: 'percent',
    of: 'period',
    says: '1 − records in the quarantine ÷ records seen, over the runs',
    inputs: '`runs`: `counts`',
    value: ({ outcomes: { stored, unchanged, quarantined } }) =>
      shareOf(stored + unchanged, stored + unchanged + quarantined),
  },
  gates: {
    label: 'Days below the quality gate',
    unit: 'count',
    of: 'period',
    says: 'days whose last judged run is below the gate of `config/quality.json`',
    inputs: '`quality_runs`: `gate.state`',
    value: ({ quality }) =>
      quality.length === 0 ? null : sumOf(quality, ({ gate }) => (gate.state === 'below' ? 1 : 0)),
  },
  reviews: {
    label: 'Pairs that wait for a person',
    unit: 'count',
    of: 'now',
    says: 'questions of matching that are open',
    inputs: '`reviews`: `state`',
    value: (now) => now.reviews,
  },
} as const satisfies Readonly<Record<string, Measure>>;
