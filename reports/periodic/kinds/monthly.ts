import { type KindPlan, lines } from '../registry.js';

/** Monthly strategic report, first Monday 09:00, as slides (R-OP, "Monthly Strategic Report"). */
export const MONTHLY: KindPlan = {
  title: 'Monthly strategic report',
  layout: 'slides',
  headline: ['success-rate', 'days-complete', 'collected', 'completeness', 'cost', 'uptime'],
  sections: [
    {
      id: 'summary',
      title: 'Executive summary',
      blocks: [
        ...lines(
          'success-rate',
          'uptime',
          'autonomy',
          'excellence',
          'collected',
          'properties',
          'cost',
          'value-low',
          'value-high',
          'return-low',
        ),
        { list: 'achievements' },
        { note: 'objectives' },
        { note: 'certification' },
        { note: 'market-opportunity' },
      ],
    },
    {
      id: 'volume',
      title: 'Growth',
      blocks: [...lines('stored-new', 'changes', 'days-run'), { chart: 'collected' }, { note: 'expansion' }],
    },
    {
      id: 'targets',
      title: 'Figures against targets',
      blocks: [
        ...lines('success-rate', 'error-rate', 'recovery-rate', 'collection-minutes', 'store-ms'),
        ...lines('completeness', 'agreement', 'validity', 'duplicates', 'cost-day', 'cost-property'),
        { chart: 'success' },
      ],
    },
    {
      id: 'quality',
      title: 'Quality',
      blocks: [...lines('quality-score', 'freshness', 'gates'), { chart: 'quality' }, { list: 'degradations' }],
    },
    {
      id: 'market',
      title: 'Market',
      blocks: [{ table: 'homes' }, { chart: 'price-per-sqft' }, { note: 'competition' }],
    },
    {
      id: 'money',
      title: 'Financial performance',
      blocks: [
        ...lines('cost', 'cost-day', 'cost-property', 'corrections', 'budget-used', 'month-forecast', 'savings'),
        { chart: 'cost' },
        { list: 'recommendations' },
      ],
    },
    {
      id: 'case',
      title: 'Value and investment',
      blocks: [...lines('value-low', 'value-high', 'return-low'), { note: 'business-case' }, { note: 'investment' }],
    },
    {
      id: 'technology',
      title: 'Technology and risk',
      blocks: [
        ...lines('alerts-critical', 'alerts-warning', 'security-alerts', 'database-bytes', 'disk'),
        { list: 'issues' },
        { note: 'architecture' },
        { note: 'innovation' },
        { note: 'risks' },
      ],
    },
    {
      id: 'next',
      title: 'Strategic recommendations',
      blocks: [{ list: 'opportunities' }, { list: 'alerts-open' }, { note: 'strategy' }, { note: 'focus' }],
    },
    { id: 'appendix-days', title: 'Appendix: days', blocks: [{ table: 'comparison' }] },
    { id: 'appendix-cost', title: 'Appendix: cost', blocks: [{ table: 'cost-lines' }] },
    { id: 'appendix-zips', title: 'Appendix: ZIP codes', blocks: [{ table: 'by-zip' }] },
    { id: 'appendix-usual', title: 'Appendix: against what is usual', blocks: [{ table: 'baselines' }] },
    {
      id: 'appendix-errors',
      title: 'Appendix: incidents, alerts, errors',
      blocks: [{ table: 'incidents' }, { table: 'alerts' }, { table: 'errors' }],
    },
  ],
};
