/** The tables in the form that the addon takes. */
import type { RulesOption } from '../native/addon.js';
import type { NamedTaskRule, Runner, StageRule, TaskRule } from './rule.js';

/** The highest takes precedence. */
const levels = { explicit: 4, user: 3, orchestrator: 2, script: 1 } as const;

/** The rules of the user, each as a runner of its own. */
export function runnersOf(rules: readonly NamedTaskRule[]): Runner[] {
  return rules.map(({ name, ...rule }) => ({ name, level: 'user', tasks: [rule] }));
}

export function nativeRules(
  runners: readonly Runner[],
  stages: readonly StageRule[] = [],
): RulesOption {
  return {
    runners: runners.map(({ name, level, tasks, wrappers = [], hosts = [] }) => ({
      name,
      level: levels[level],
      tasks: tasks.map(nativeTask),
      wrappers: [...wrappers],
      hosts: [...hosts],
    })),
    stages: stages.map(({ name, argv }) => ({ name, argv })),
  };
}

function nativeTask({ env = {}, argv, cwd, task, key, kind }: TaskRule) {
  return {
    env: Object.entries(env).map(([name, value]) => ({
      name,
      ...(value !== true && { value }),
    })),
    ...(argv !== undefined && { argv }),
    ...(cwd !== undefined && { cwd }),
    task,
    ...(key !== undefined && { key }),
    isService: kind === 'service',
  };
}
