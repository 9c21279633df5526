import { type KindPlan, lines } from '../registry.js';

/** Quarterly review, first Monday of a quarter, as slides (R-OP, "Communication Framework" and "Continuous Performance Optimization"). */
export const QUARTER: KindPlan = {
  title: 'Quarterly review',
  layout: 'slides',
  headline: ['success-rate', 'days-complete', 'collected', 'completeness', 'cost-day', 'uptime'],
  sections: [
    {
      id: 'summary',
      title: 'The quarter',
      blocks: [
        ...lines('success-rate', 'days-run', 'collected', 'properties', 'changes', 'cost', 'uptime'),
        { list: 'achievements' },
        { note: 'objectives' },
      ],
    },
    { id: 'months', title: 'Month by month', blocks: [{ table: 'months' }, { chart: 'collected' }] },
    {
      id: 'targets',
      title: 'Figures against targets',
      blocks: [
        ...lines('success-rate', 'error-rate', 'recovery-rate', 'collection-minutes', 'rows-per-hour', 'store-ms'),
        ...lines('completeness', 'agreement', 'validity', 'duplicates', 'cost-day', 'cost-property'),
        { chart: 'success' },
      ],
    },
    {
      id: 'reliability',
      title: 'Reliability',
      blocks: [
        ...lines('uptime', 'troubles', 'recovery-rate', 'alerts-critical', 'alerts-warning', 'security-alerts'),
        { table: 'errors' },
        { table: 'recoveries' },
        { table: 'alerts' },
      ],
    },
    {
      id: 'quality',
      title: 'Quality',
      blocks: [...lines('quality-score', 'freshness', 'gates'), { chart: 'quality' }, { list: 'degradations' }],
    },
    {
      id: 'money',
      title: 'Money',
      blocks: [
        ...lines('cost', 'corrections', 'savings'),
        { chart: 'cost' },
        { list: 'recommendations' },
        { table: 'advice-measured' },
      ],
    },
    {
      id: 'value',
      title: 'Value and return',
      blocks: [...lines('value-low', 'value-high'), { note: 'business-case' }],
    },
    {
      id: 'architecture',
      title: 'Architecture and capacity',
      blocks: [
        ...lines('database-bytes', 'database-quota', 'disk', 'memory', 'cpu'),
        { note: 'architecture' },
        { note: 'innovation' },
        { note: 'risks' },
      ],
    },
    {
      id: 'next',
      title: 'Next quarter',
      blocks: [{ list: 'opportunities' }, { list: 'alerts-open' }, { note: 'strategy' }, { note: 'expansion' }],
    },
    { id: 'appendix-zips', title: 'Appendix: ZIP codes', blocks: [{ table: 'by-zip' }] },
    { id: 'appendix-market', title: 'Appendix: market', blocks: [{ table: 'homes' }, { table: 'changes' }] },
    { id: 'appendix-upkeep', title: 'Appendix: upkeep', blocks: [{ table: 'upkeep' }] },
  ],
};
