/** Rules that tell tasks apart. They are data; the addon evaluates them. */

/** Names the task that a process belongs to. All conditions that are given must hold. */
export interface TaskRule {
  /**
   * Variables of the environment that the process was started with. `true` requires the variable to
   * be set and not empty; a string is a regular expression that its value must match.
   */
  env?: Readonly<Record<string, true | string>>;
  /** A regular expression for the command line: its arguments with a space between each. */
  argv?: string;
  /** A regular expression for the working directory. */
  cwd?: string;
  /**
   * Name of the task. `{NAME}` stands for a variable of the environment or a named group of one of
   * the expressions. Text in `[]` is left out when something in it is missing or empty.
   */
  task: string;
  /**
   * What all processes of one task have in common, in the same form as the name, where the name can
   * differ between them. Default: the name.
   */
  key?: string;
  /** A service works for several tasks, as a daemon does. Default: task. */
  kind?: 'task' | 'service';
}

/** The rules of one task runner. */
export interface Runner {
  /** Its name in the result. */
  name: string;
  /**
   * Which runner names the task where several are at work: tasks of an orchestrator are not split
   * into the scripts that they run. Rules of the user take precedence over both, and a task that
   * was named explicitly over all. Within one level the inner task counts.
   */
  level: 'explicit' | 'user' | 'orchestrator' | 'script';
  /** The first rule that holds names the task. */
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

/** A rule of the user. Its name takes the place of the name of a runner. */
export interface NamedTaskRule extends TaskRule {
  name: string;
}

/** Names a stage of a run, by a regular expression for the command line of a process. */
export interface StageRule {
  name: string;
  argv: string;
}
