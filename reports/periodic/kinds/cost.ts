import { type KindPlan, lines } from '../registry.js';

/** Monthly cost report, first Monday (R-OP, "Cost Tracking and Budget Management"). */
export const COST: KindPlan = {
  title: 'Monthly cost report',
  layout: 'page',
  headline: ['cost', 'cost-day', 'cost-property', 'month-cost', 'budget-used', 'month-forecast'],
  sections: [
    {
      id: 'summary',
      title: 'The month',
      blocks: [{ table: 'cost-total' }, { chart: 'cost' }, { table: 'cost-levels' }, { list: 'controls' }],
    },
    { id: 'budget', title: 'Plan and use', blocks: [{ table: 'cost-review' }] },
    {
      id: 'breakdown',
      title: 'What it was spent on',
      blocks: [
        { table: 'cost-by-item' },
        { table: 'cost-by-source' },
        { table: 'cost-by-zip' },
        { table: 'cost-weeks' },
        { table: 'cost-by-day' },
      ],
    },
    {
      id: 'efficiency',
      title: 'Cost efficiency',
      blocks: [...lines('cost-property', 'cost-day', 'collected'), { table: 'property-costs' }],
    },
    {
      id: 'forecast',
      title: 'Where the current month leads',
      blocks: [
        ...lines('month-cost', 'budget-used', 'budget-left', 'month-forecast', 'forecast-low', 'forecast-high'),
        ...lines('month-variance'),
        { table: 'cost-lines' },
      ],
    },
    {
      id: 'accounts',
      title: 'Accounts at providers',
      blocks: [...lines('corrections'), { table: 'cost-corrections' }],
    },
    {
      id: 'savings',
      title: 'Ways to spend less',
      blocks: [...lines('savings'), { list: 'recommendations' }, { table: 'advice-measured' }],
    },
    { id: 'value', title: 'Value and return', blocks: [{ table: 'value-case' }, { table: 'assumptions' }] },
    { id: 'next', title: 'Next month', blocks: [{ note: 'investment' }, { note: 'focus' }] },
  ],
};
