import type { SeenChange } from '../store/json-shapes.js';

/** A change of shape in one sentence, with its share and when it was seen. */
export function changeInWords({ source, kind, path, change, words, rows, of, seenAt }: SeenChange): string {
  const at = seenAt.toISOString();
  const share = `${rows} of ${of} rows`;
  const what = {
    new: `new field (${words}) in ${share}, first seen ${at}`,
    gone: `gone from ${share} (${words}), last seen ${at}`,
    retyped: `another type (${words}) in ${share}, first seen ${at}`,
  };
  return `${source} ${kind}: ${path}: ${what[change]}`;
}
