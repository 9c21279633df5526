import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { MongoClient } from 'mongodb';
import type { Audit } from '../../net/audit.js';
import type { Metrics } from './registry.js';

/** Requests under way whose end was never told; more of them are not remembered. */
const MOST_OPEN = 1_000;

/** An audit that also measures requests. */
export function watchAudit(metrics: Metrics, audit: Audit): Audit {
  const sources = new Map<string, string>();
  return {
    async sent(request) {
      if (sources.size >= MOST_OPEN) sources.clear();
      sources.set(request.fetchId, request.source);
      await audit.sent(request);
    },
    via: (fetchId, proxy) => audit.via(fetchId, proxy),
    async ended(fetchId, outcome) {
      const source = sources.get(fetchId);
      sources.delete(fetchId);
      if (source !== undefined)
        metrics.observe('requestSeconds', [source, outcome.error ?? 'ok'], outcome.durationMs / 1_000);
      await audit.ended(fetchId, outcome);
    },
  };
}

/** Measures every attempt of an activity, and counts those that fail by the code of the error. */
export function watchActivity(metrics: Metrics): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      const { activityType } = Context.current().info;
      const startedMs = performance.now();
      try {
        return await next(input);
      } catch (problem) {
        metrics.count('activityFailures', [activityType, codeOf(problem)]);
        throw problem;
      } finally {
        metrics.observe('activitySeconds', [activityType], (performance.now() - startedMs) / 1_000);
      }
    },
  };
}

function codeOf(problem: unknown): string {
  if (problem instanceof ApplicationFailure) return problem.type ?? 'unknown';
  return problem instanceof CancelledFailure ? 'Cancelled' : 'unknown';
}

/** Counts the connections that a client holds open. */
export function watchConnections(metrics: Metrics, client: MongoClient): void {
  let open = 0;
  const change = (by: number) => () => {
    open += by;
    metrics.set('connections', [], open);
  };
  client.on('connectionCreated', change(1));
  client.on('connectionClosed', change(-1));
}
