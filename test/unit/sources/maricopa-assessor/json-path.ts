/** Value at a path such as `Results[3].APN`; `$` is the whole; undefined when there is none. */
export function at(json: unknown, path: string): unknown {
  const steps = path === '$' ? [] : path.split(/[.[\]]+/).filter((step) => step !== '');
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, step)?.value : undefined,
    json,
  );
}
