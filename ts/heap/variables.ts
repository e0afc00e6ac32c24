/** Variables for a command that has its environment otherwise. */

type Variables = Readonly<Record<string, string>>;
interface Start {
  env?: Record<string, string>;
}

/**
 * A command that shares this program's environment gets them while it is being started. A copy of
 * the environment would do as well, were it not that Node replaces what is not UTF-8 in it.
 */
export function startWith<S extends Start, T>(
  variables: Variables,
  start: S,
  begin: (start: S) => T,
): T {
  // What a thread sets in its environment, native code does not see.
  const { isMainThread } = process.getBuiltinModule('node:worker_threads');
  return start.env === undefined && isMainThread
    ? whileSet(variables, () => begin(start))
    : begin(withVariables(variables, start));
}

export function withVariables<S extends Start>(variables: Variables, start: S): S {
  const own = Object.entries(start.env ?? process.env);
  const env = Object.fromEntries(own.filter(([, value]) => value !== undefined));
  return { ...start, env: { ...env, ...variables } };
}

function whileSet<T>(variables: Variables, start: () => T): T {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return start();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
