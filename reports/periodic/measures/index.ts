import type { Measure } from '../figure.js';
import { COLLECTION_MEASURES } from './collection.js';
import { MONEY_MEASURES } from './money.js';
import { OPERATION_MEASURES } from './operation.js';
import { QUALITY_MEASURES } from './quality.js';

const ALL = { ...COLLECTION_MEASURES, ...MONEY_MEASURES, ...QUALITY_MEASURES, ...OPERATION_MEASURES };

export type MeasureName = keyof typeof ALL;
/** Every single figure, by the name of its formula. */
export const MEASURES: Readonly<Record<MeasureName, Measure>> = ALL;
