/** Room of an empty set; it doubles as it fills. */
const LEAST_ROOM = 65_536;

/** Numbers in 8 bytes each, for there are millions: a `Set` needs five times as much. Made to be filled first and asked then. */
export function createIdSet(): { add(id: number): void; has(id: number): boolean } {
  let ids = new Float64Array(LEAST_ROOM);
  let count = 0;
  let isSorted = true;
  const settle = () => {
    const sorted = ids.subarray(0, count).sort();
    count = 0;
    for (const id of sorted) if (count === 0 || sorted[count - 1] !== id) sorted[count++] = id;
    isSorted = true;
  };
  return {
    add(id) {
      if (count === ids.length) {
        settle();
        // What was noted several times made room; else it needs more.
        if (count > ids.length / 2) {
          const larger = new Float64Array(ids.length * 2);
          larger.set(ids.subarray(0, count));
          ids = larger;
        }
      }
      ids[count] = id;
      count += 1;
      isSorted = false;
    },
    has(id) {
      if (!isSorted) settle();
      let [low, high] = [0, count - 1];
      while (low <= high) {
        const middle = (low + high) >> 1;
        const found = ids[middle] ?? 0;
        if (found === id) return true;
        if (found < id) low = middle + 1;
        else high = middle - 1;
      }
      return false;
    },
  };
}
