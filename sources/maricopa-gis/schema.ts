import { z } from 'zod';
import { scalar } from '../arcgis-schema.js';

/** Fields without which a row is not understood. All else may be null or missing. */
export const mandatoryRow = z.object({
  APN: z.string({ error: 'has another type' }).trim().min(1, 'is empty'),
  PHYSICAL_ADDRESS: scalar,
  PHYSICAL_ZIP: scalar,
  LIVING_SPACE: scalar,
});
