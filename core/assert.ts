/**
 * Marks a place that no value of a union can reach. The compiler refuses a call where a case is missing.
 * @throws Error when a value arrives all the same (data from an older or newer release).
 */
export function assertNever(value: never, what: string): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}
