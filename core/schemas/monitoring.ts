import { z } from 'zod';
import { TIERS } from './alerts.js';

const seconds = z.number().int().min(1).max(300);
const name = z.string().regex(/^[a-z]+(-[a-z]+)*$/);

/** `config/monitoring.json`: how Prometheus looks at the workers, and the alerts that only an outside witness can raise. */
export const monitoringFile = z.strictObject({
  scrapeSeconds: seconds,
  evaluationSeconds: seconds,
  retentionDays: z.number().int().min(1).max(3_650),
  /** Names of the services of the compose file that serve metrics. */
  workers: z.array(z.string()).min(1),
  witness: z.array(
    z.strictObject({
      name,
      what: z.string().min(10),
      expr: z.string().min(5),
      /** The metric that it looks at. */
      metric: z.string(),
      forMinutes: z.number().min(0),
      tier: z.enum(TIERS),
      /** Section of docs/alerts.md. */
      runbook: name,
    }),
  ),
});
export type Monitoring = z.infer<typeof monitoringFile>;
