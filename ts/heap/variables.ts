/** Starts a command with variables added to its environment. */

type Variables = Readonly<Record<string, string>>;
interface Start {
  env?: Record<string, string>;
}

/**
 * For a command that inherits this program's environment they are set there while it is started. It
 * gets no copy of the environment, since Node replaces bytes in it that are not UTF-8.
 */
export function startWith<S extends Start, T>(
  variables: Variables,
  start: S,
  begin: (start: S) => T,
): T {
  // Native code does not see what a worker thread sets in its environment.
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
