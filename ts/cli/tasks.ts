/** Finds tasks by name, in the config and among the scripts of package.json. */
import { delimiter, join, resolve } from 'node:path';
import { upwards } from '../attribution/records/folders.js';
import { planOf } from '../tasks/graph.js';
import type { TaskDefinition } from '../tasks/task-definition.js';
import type { PtyUse } from '../tracker/rules.js';
import type { FoundConfig } from './config/config.js';
import type { ConfiguredTask } from './config/schema.js';
import { nearest } from './nearest.js';
import { quoted } from './quoted.js';
import type { Scripts } from './scripts.js';
import { UsageError } from './usage-error.js';

type Environment = Record<string, string | undefined>;

/**
 * In an order in which each task comes after its dependencies.
 *
 * @throws UsageError for an unknown task and for circular dependencies
 */
export function tasksNamed(
  names: readonly string[],
  found: FoundConfig | undefined,
  scripts: Scripts | undefined,
  environment: Environment,
): ReadonlyMap<string, TaskDefinition> {
  const configured = found?.config.tasks ?? {};
  const plan = planOf(names, (name) => {
    const task = Object.hasOwn(configured, name) ? configured[name] : undefined;
    if (found && task) return configuredTask(task, found.folder, environment);
    return scripts?.names.includes(name) ? scriptTask(name, scripts, environment) : undefined;
  });
  if ('tasks' in plan) return plan.tasks;
  // Only tasks of a config have dependencies.
  const source = found?.source;
  if ('cycle' in plan) {
    const cycle = plan.cycle.map(quoted).join(' → ');
    throw new UsageError(`${source}: tasks depend on one another: ${cycle}`);
  }
  const { unknown, neededBy } = plan;
  const known = [...Object.keys(configured), ...(scripts?.names ?? [])];
  const place = neededBy === undefined ? '' : `${source}: tasks.${neededBy}.dependsOn: `;
  throw new UsageError(`${place}${unknownText(unknown, neededBy, known)}`);
}

function unknownText(name: string, neededBy: string | undefined, known: string[]): string {
  const meant = nearest(
    name,
    known.filter((one) => one !== neededBy),
  );
  const advice = meant
    ? `did you mean ${meant}?`
    : known.length > 0
      ? `available: ${[...new Set(known)].map(quoted).join(', ')}`
      : 'there is neither a config with tasks nor a package.json with scripts';
  return `there is no task ${quoted(name)}; ${advice}`;
}

function configuredTask(
  task: ConfiguredTask,
  folder: string,
  environment: Environment,
): TaskDefinition {
  const { command, commands, dependsOn = [], pty, warn, limit } = task;
  const cwd = resolve(folder, task.cwd ?? '.');
  return {
    source: 'config',
    commands: (commands ?? [command ?? []]).map((one) =>
      typeof one === 'string' ? ['sh', '-c', one] : one,
    ),
    cwd,
    env: { ...withOwnPrograms(cwd, environment), ...task.env },
    dependsOn: [dependsOn].flat(),
    pty: pty as PtyUse | undefined,
    warn,
    limit,
  };
}

/** The environment with the programs of installed packages in its PATH, as for scripts. */
function withOwnPrograms(cwd: string, environment: Environment): Record<string, string> {
  const programs = upwards(cwd).map((folder) => join(folder, 'node_modules', '.bin'));
  const path = [...programs, environment.PATH].filter(Boolean).join(delimiter);
  return { ...defined(environment), PATH: path };
}

function scriptTask(name: string, scripts: Scripts, environment: Environment): TaskDefinition {
  const { folder, manager, packageName } = scripts;
  return {
    source: 'script',
    foundAs: packageName === undefined ? name : `${packageName}:${name}`,
    commands: [[manager, 'run', name]],
    cwd: folder,
    env: defined(environment),
    dependsOn: [],
  };
}

function defined(environment: Environment): Record<string, string> {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string>;
}
