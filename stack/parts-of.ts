import type { Mode } from '../core/schemas/names.js';
import { PART_NAMES, type PartName } from '../core/schemas/stack.js';

/** Parts of a mode: what stands in for outside services exists in `demo` alone. */
export function partsOf(mode: Mode): readonly PartName[] {
  return mode === 'demo' ? PART_NAMES : PART_NAMES.filter((name) => name !== 'sandbox');
}
