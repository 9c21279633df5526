import { z } from 'zod';

/** One process setting: its variable, what it means, how it is checked. Secrets may come as `NAME_FILE` and are never printed. */
export interface SettingRow<T> {
  readonly variable: string;
  readonly meaning: string;
  readonly schema: z.ZodType<T>;
  readonly secret?: true;
}

export const row = <T>(variable: string, schema: z.ZodType<T>, meaning: string): SettingRow<T> => ({
  variable,
  schema,
  meaning,
});
export const secret = <T>(variable: string, schema: z.ZodType<T>, meaning: string): SettingRow<T> => ({
  variable,
  schema,
  meaning,
  secret: true,
});

export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((text) => text.replace(/\/+$/, ''));
export const whole = (minimum: number, maximum: number) =>
  z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(minimum).max(maximum);
export const yesNo = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be true or false' })
  .transform((word) => word === 'true' || word === '1' || word === 'yes');
export const optionalText = z.string().min(1).nullable().default(null);
export const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));
export const dollars = (most: number) => z.coerce.number({ error: 'must be an amount in US dollars' }).min(0).max(most);
export const oneOf = (words: readonly string[]) =>
  z.string().refine((word) => words.includes(word), { error: `must be of ${words.join(', ')}` });
