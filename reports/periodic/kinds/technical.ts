import { type KindPlan, lines } from '../registry.js';

/** Technical report of a day (R-OP, "Technical Performance Dashboard"). */
export const TECHNICAL: KindPlan = {
  title: 'Technical report',
  layout: 'page',
  headline: ['error-rate', 'store-ms', 'answer-ms', 'rows-per-hour', 'recovery-rate', 'uptime'],
  sections: [
    {
      id: 'pipeline',
      title: 'Pipeline',
      blocks: [
        ...lines('sequence-minutes', 'collection-minutes', 'phases-over', 'rows-per-hour', 'store-ms', 'days-complete'),
        { table: 'phases' },
        { table: 'by-zip' },
        { list: 'missing' },
        { list: 'warnings' },
      ],
    },
    {
      id: 'network',
      title: 'Network',
      blocks: [
        ...lines('requests', 'error-rate', 'answer-ms'),
        { table: 'by-source' },
        { table: 'errors' },
        { table: 'failures' },
        { table: 'baselines' },
        ...lines('troubles', 'recovery-rate', 'detect-ms', 'recover-ms'),
        { table: 'recoveries' },
        { table: 'zip-ages' },
      ],
    },
    {
      id: 'model',
      title: 'Model',
      blocks: [
        ...lines('enriched-model', 'enriched-per-hour', 'model-timeouts', 'queue-waiting'),
        { table: 'batches' },
      ],
    },
    {
      id: 'storage',
      title: 'Storage and machine',
      blocks: [
        ...lines('database-bytes', 'database-quota', 'cpu', 'memory', 'disk'),
        ...lines('stored-new', 'unchanged', 'quarantined', 'valid-rows'),
        { table: 'quarantine' },
      ],
    },
    {
      id: 'quality',
      title: 'Data',
      blocks: [
        ...lines('completeness', 'completeness-all', 'agreement', 'validity', 'duplicates', 'zips-fresh'),
        { chart: 'quality' },
        { table: 'quality-sources' },
        { table: 'findings' },
        { list: 'degradations' },
      ],
    },
    {
      id: 'alerts',
      title: 'Alerts',
      blocks: [
        ...lines('alerts-critical', 'alerts-warning', 'security-alerts', 'notice-seconds', 'alerts-open'),
        { table: 'alerts' },
        { list: 'alerts-open' },
        { list: 'opportunities' },
        { note: 'architecture' },
      ],
    },
  ],
};
