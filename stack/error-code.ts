/**
 * The `code` of a system or gRPC error. Asks for the field and not for the class: errors of Node's own functions are of
 * another `Error` class wherever code runs in a context of its own, as in tests.
 * @returns null when there is none
 */
export function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}

/** What an error says; anything else that was thrown as text. */
export function errorText(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
