/** What no figure can say: a person writes it with `phx report note`, and reports print it with its date. */
export const NOTES = {
  achievements: 'What a person counts as achieved',
  focus: 'What comes next',
  customers: 'Satisfaction of those who use the data',
  tests: 'Tests and what they cover',
  objectives: 'Progress towards the objectives',
  certification: 'Operational excellence: audits and certificates',
  'market-opportunity': 'Opportunities of the market',
  expansion: 'Readiness for further markets',
  competition: 'Position beside others',
  'business-case': 'Business case',
  investment: 'Investment and funding',
  architecture: 'Architecture: changes made and planned',
  innovation: 'Innovation',
  risks: 'Risks and what is done about them',
  strategy: 'Recommendations of the person in charge',
  security: 'Security and compliance as a person sees it',
  maintenance: 'Changes planned for the next maintenance',
} as const;

export type NoteTopic = keyof typeof NOTES;
