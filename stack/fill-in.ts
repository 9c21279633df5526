import type { Program } from './resolved.js';

/** Puts values in place of `{port}`, `{folder}` and the like in the arguments. */
export function fillIn({ command, args }: Program, values: Readonly<Record<string, string>>): Program {
  const fill = (text: string) =>
    Object.entries(values).reduce((filled, [name, value]) => filled.replaceAll(`{${name}}`, value), text);
  return { command, args: args.map(fill) };
}
