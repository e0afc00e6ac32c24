/** Which tasks are needed, and an order in which they can run. */

export interface Linked {
  /** Names of tasks that must have succeeded before it starts. */
  readonly dependsOn: readonly string[];
}

export type Plan<T> =
  /** By name; each after those that it depends on. */
  | { readonly tasks: ReadonlyMap<string, T> }
  | { readonly unknown: string; readonly neededBy?: string }
  /** Ends with the name that it starts with. */
  | { readonly cycle: readonly string[] };

/** The named tasks and all that they depend on, each once. */
export function planOf<T extends Linked>(
  names: readonly string[],
  find: (name: string) => T | undefined,
): Plan<T> {
  const tasks = new Map<string, T>();
  const path: string[] = [];
  const visit = (name: string): Exclude<Plan<T>, { tasks: unknown }> | undefined => {
    if (tasks.has(name)) return undefined;
    const seenAt = path.indexOf(name);
    if (seenAt >= 0) return { cycle: [...path.slice(seenAt), name] };
    const task = find(name);
    const neededBy = path.at(-1);
    if (!task) return { unknown: name, ...(neededBy !== undefined && { neededBy }) };
    path.push(name);
    for (const needed of task.dependsOn) {
      const problem = visit(needed);
      if (problem) return problem;
    }
    path.pop();
    tasks.set(name, task);
    return undefined;
  };
  for (const name of names) {
    const problem = visit(name);
    if (problem) return problem;
  }
  return { tasks };
}
