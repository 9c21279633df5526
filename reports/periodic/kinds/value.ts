import { type KindPlan, lines } from '../registry.js';

/** What the data may be worth beside what it costs (R-OP, "Data Value and ROI Analytics"). */
export const VALUE: KindPlan = {
  title: 'Value and return',
  layout: 'page',
  headline: ['properties', 'value-low', 'value-high', 'cost-market', 'cost-property', 'budget-used'],
  sections: [
    { id: 'case', title: 'Value and return', blocks: [{ table: 'value-case' }, { table: 'assumptions' }] },
    {
      id: 'investment',
      title: 'What was put in',
      blocks: [...lines('cost-market', 'cost', 'cost-day', 'corrections'), { table: 'cost-review' }, { chart: 'cost' }],
    },
    {
      id: 'result',
      title: 'What came of it',
      blocks: [
        ...lines('properties', 'collected', 'stored-new', 'changes', 'completeness', 'quality-score'),
        { table: 'homes' },
        { table: 'changes' },
        { chart: 'collected' },
        { chart: 'quality' },
      ],
    },
    { id: 'efficiency', title: 'Cost of a property', blocks: [...lines('cost-property'), { table: 'property-costs' }] },
    {
      id: 'savings',
      title: 'Ways to a better return',
      blocks: [...lines('savings'), { list: 'recommendations' }, { table: 'advice-measured' }],
    },
    {
      id: 'judgement',
      title: 'What no figure says',
      blocks: [
        { note: 'business-case' },
        { note: 'market-opportunity' },
        { note: 'customers' },
        { note: 'investment' },
      ],
    },
  ],
};
