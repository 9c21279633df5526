import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BadConfig } from '../core/errors.js';
import { projectRoot } from '../core/paths.js';
import { TEXT_FIELDS, type TextField } from '../core/schemas/text-facts.js';

const settings = z.strictObject({ modelReads: z.record(z.enum(TEXT_FIELDS), z.boolean()) });

/**
 * Fields that the model may read where rules and sources say nothing, from `config/extraction.json`. A field is on only when
 * `phx llm evaluate` shows that it helps there.
 * @throws BadConfig naming the file
 */
export function fieldsForModel(): readonly TextField[] {
  const file = readFileSync(join(projectRoot(), 'config', 'extraction.json'), 'utf8');
  const parsed = settings.safeParse(JSON.parse(file));
  if (!parsed.success) throw new BadConfig([`config/extraction.json: ${z.prettifyError(parsed.error)}`]);
  return TEXT_FIELDS.filter((field) => parsed.data.modelReads[field]);
}
