/** Most ids that one query names: some servers compare every document with every id, so that ten times as many take a hundred times as long. */
const IDS = 200;

/** A list in parts for queries that name ids. */
export function inParts<T>(list: Iterable<T>): readonly (readonly T[])[] {
  const all = [...list];
  return Array.from({ length: Math.ceil(all.length / IDS) }, (_, at) => all.slice(at * IDS, (at + 1) * IDS));
}

/** What a cursor gives, so many at a time; the last part may be shorter. Nothing gives no part. */
export async function* inBatches<T>(cursor: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const one of cursor) {
    batch.push(one);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
