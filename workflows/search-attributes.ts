import { defineSearchAttributeKey } from '@temporalio/common';

/** What runs can be found by in the Web UI. Stored in clear: never personal, never secret. */
export const SEARCH_ATTRIBUTES = {
  market: defineSearchAttributeKey('PxMarket', 'KEYWORD'),
  runDate: defineSearchAttributeKey('PxRunDate', 'KEYWORD'),
  source: defineSearchAttributeKey('PxSource', 'KEYWORD'),
  zip: defineSearchAttributeKey('PxZip', 'KEYWORD'),
  runKind: defineSearchAttributeKey('PxRunKind', 'KEYWORD'),
  saved: defineSearchAttributeKey('PxSaved', 'INT'),
} as const;

/** Set by the server on every run a schedule starts. */
export const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
