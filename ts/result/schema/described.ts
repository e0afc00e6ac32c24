/** The kinds of values in a result, each with what it means. */
import * as z from 'zod/mini';

export function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description });
  return schema;
}

export const bytes = (description: string) =>
  described(z.number().check(z.nonnegative(), z.int()), description);
export const count = (description: string) => bytes(description);
export const pid = (description: string) =>
  described(z.number().check(z.int(), z.positive()), description);
export const ms = (description: string) =>
  described(z.number().check(z.nonnegative()), description);
export const text = (description: string) => described(z.string(), description);
export const commandLine = (description: string) => described(z.array(z.string()), description);
export const yesOrNo = (description: string) => described(z.boolean(), description);
