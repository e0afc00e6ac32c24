/** What Nx passes to a plugin about a run, as far as it is used. */

export interface RunContext {
  /** The same before and after the tasks. */
  readonly id: string;
  readonly workspaceRoot: string;
  /** The command line of the process that runs the tasks; since version 21. */
  readonly argv?: readonly string[];
  /** By the id of the task, in the order in which they ended; only after the tasks. */
  readonly taskResults?: Readonly<Record<string, NxTaskResult>>;
  /** When the tasks began and ended, in milliseconds since 1970; only after the tasks. */
  readonly startTime?: number;
  readonly endTime?: number;
}

export interface NxTaskResult {
  readonly status: string;
  readonly code?: number;
  readonly task?: { readonly startTime?: number; readonly endTime?: number };
}
