/** What a table of rules consists of. The rules are data; the addon evaluates them. */

/** Tells to which task a process belongs. Everything that is given must hold. */
export interface TaskRule {
  /**
   * Variables of the environment that the process was started with. `true` wants the variable to be
   * set and not empty; a text is a regular expression that its value must match.
   */
  env?: Readonly<Record<string, true | string>>;
  /** A regular expression for the command line: its arguments with a space between each. */
  argv?: string;
  /** A regular expression for the working directory. */
  cwd?: string;
  /**
   * Name of the task. `{NAME}` stands for a variable of the environment or a named group of one of
   * the expressions. What stands in `[]` is left out when something in it is missing or empty.
   */
  task: string;
  /**
   * What is the same in all processes of one task, where the name may change on the way, in the same
   * form. Default: the name.
   */
  key?: string;
  /** A service works for several tasks, as a daemon does. Default: task. */
  kind?: 'task' | 'service';
}

/** The rules of one task runner. */
export interface Runner {
  /** As it is called in the result. */
  name: string;
  /**
   * Whose tasks count where several are at work: those of an orchestrator are not split further by
   * scripts that they consist of. Rules of the user's own come before both, and a task that was
   * named outright before all. Among equals the inner one counts.
   */
  level: 'explicit' | 'user' | 'orchestrator' | 'script';
  /** The first that holds tells the task. */
  tasks: readonly TaskRule[];
  /**
   * Command lines of processes that only start others, such as `npm run`. They count apart from
   * what they start, as long as nothing but such processes is above them in the task.
   */
  wrappers?: readonly string[];
  /**
   * Command lines of processes that either do the work of a task themselves or start a script that
   * does. They count as wrappers once a script of a package manager is started below them.
   */
  hosts?: readonly string[];
}

/** A rule of a user's own. Its name stands for a runner. */
export interface NamedTaskRule extends TaskRule {
  name: string;
}

/** Tells a stage of a run, by a regular expression for a process's own command line. */
export interface StageRule {
  name: string;
  argv: string;
}
