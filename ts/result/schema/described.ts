/** The kinds of values in a result, each with its meaning. */
import * as z from 'zod/mini';

export function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description });
  return schema;
}

/** A part of a result that has a type of this name in `types.ts`. */
export function named<T extends z.ZodMiniType>(name: string, schema: T, description: string): T {
  z.globalRegistry.add(schema, { id: name, description });
  return schema;
}

export const bytes = (description: string) =>
  described(z.number().check(z.nonnegative(), z.int()), description);
export const count = (description: string) => bytes(description);
export const ms = (description: string) =>
  described(z.number().check(z.nonnegative()), description);
export const pid = (description: string) =>
  described(z.number().check(z.int(), z.positive()), description);
export const text = (description: string) => described(z.string(), description);
export const yesOrNo = (description: string) => described(z.boolean(), description);

/** What names a process to a person. */
export const processNames = () => ({
  name: text("The operating system's short name for it."),
  command: described(z.array(z.string()), 'Program and arguments; long ones are cut.'),
});
