/** One run of several tasks: runs each in the session, and keeps what is known of it. */
import { hasFailed } from '../result/failed.js';
import type { Task } from '../result/types.js';
import type { GuardListener } from '../tracker/native/alarms.js';
import type { Execution } from '../tracker/native/execution.js';
import type { NamedTask } from '../tracker/native/outcome.js';
import type { Session, SessionTask } from '../tracker/native/session.js';
import { rounded } from '../tracker/result/rounded.js';
import type { PtyUse } from '../tracker/rules.js';
import { foundWithRecords, innerTasks } from './inner-tasks.js';
import { type CommandOptions, runTask, type TaskOutcome } from './run-task.js';
import type { TaskDefinition } from './task-definition.js';
import { taskResult } from './task-result.js';

export interface RunningTask {
  readonly task: TaskDefinition;
  readonly session: SessionTask;
  /** Its latest command. */
  execution?: Execution;
}

/** Where the output of tasks goes. */
export type OutputOptions = Pick<CommandOptions, 'writeLine' | 'isBare' | 'display'>;

interface TasksRunOptions extends OutputOptions {
  /** For tasks without a setting of their own. */
  readonly pty?: PtyUse | undefined;
  /** Whether the limits of tasks are guarded. */
  readonly guard?: boolean | undefined;
  /** When the run started, in milliseconds since 1970. */
  readonly startMs: number;
  listenerOf(name: string): GuardListener;
  /** Called with each task that has ended or was skipped. */
  readonly onTask?: ((task: Task) => void) | undefined;
  /** Called with each task that was found in one that has ended. */
  readonly onInnerTask?: ((task: Task) => void) | undefined;
}

export class TasksRun {
  readonly #tasks: ReadonlyMap<string, TaskDefinition>;
  readonly #session: Session;
  readonly #options: TasksRunOptions;
  readonly #beganAt = performance.now();
  readonly #running = new Map<string, RunningTask>();
  readonly #opened: NamedTask[] = [];
  /** Tasks that have run at the same time as another one. */
  readonly #ranBesideOthers = new Set<string>();
  readonly #results = new Map<string, Task>();
  readonly #innerResults = new Map<string, readonly Task[]>();
  #firstFailed: Task | undefined;

  constructor(
    tasks: ReadonlyMap<string, TaskDefinition>,
    session: Session,
    options: TasksRunOptions,
  ) {
    this.#tasks = tasks;
    this.#session = session;
    this.#options = options;
  }

  /** The tasks that are running, by name. */
  get running(): ReadonlyMap<string, RunningTask> {
    return this.#running;
  }

  /** The tasks that have been started, in the order of their starts. */
  get opened(): readonly NamedTask[] {
    return this.#opened;
  }

  get firstFailed(): Task | undefined {
    return this.#firstFailed;
  }

  /** Those of `memtop run`, in the order in which they can run. */
  get results(): Task[] {
    return this.#names.flatMap((name) => this.#results.get(name) ?? []);
  }

  /** Those that were found in them, in the same order. */
  get innerResults(): Task[] {
    return this.#names.flatMap((name) => this.#innerResults.get(name) ?? []);
  }

  /** Whether the task succeeded. */
  async run(name: string): Promise<boolean> {
    const running = this.#start(name);
    const startedAtMs = rounded(this.#elapsedMs());
    const outcome = await this.#runCommands(name, running);
    this.#running.delete(name);
    const result = taskResult(name, running.task.source, startedAtMs, outcome);
    this.#keep(name, result);
    await this.#keepInner(name, running.task, outcome, startedAtMs);
    if (!hasFailed(result)) return true;
    this.#firstFailed ??= result;
    return false;
  }

  stop(names: readonly string[]): void {
    for (const name of names) this.#running.get(name)?.session.stop();
  }

  skip(name: string, because: string): void {
    const { source } = this.#definition(name);
    this.#keep(name, { id: name, source, status: 'skipped', skippedBecause: because });
  }

  #start(name: string): RunningTask {
    const task = this.#definition(name);
    const { guard, listenerOf } = this.#options;
    const limits = { warn: task.warn, limit: task.limit, guard };
    const running: RunningTask = { task, session: this.#session.task(limits, listenerOf(name)) };
    this.#opened.push({ id: name, source: task.source });
    if (this.#running.size > 0) {
      for (const one of [name, ...this.#running.keys()]) this.#ranBesideOthers.add(one);
    }
    this.#running.set(name, running);
    return running;
  }

  #runCommands(name: string, running: RunningTask): Promise<TaskOutcome> {
    const { task, session } = running;
    return runTask(name, task, session, {
      ...this.#options,
      pty: task.pty ?? this.#options.pty,
      started(execution) {
        running.execution = execution;
      },
      elapsedMs: () => this.#elapsedMs(),
    });
  }

  #keep(name: string, result: Task): void {
    this.#results.set(name, result);
    this.#options.onTask?.(result);
  }

  async #keepInner(
    name: string,
    task: TaskDefinition,
    outcome: TaskOutcome,
    startedAtMs: number,
  ): Promise<void> {
    const { startMs, onInnerTask } = this.#options;
    // The records of a task runner do not say which of two tasks it ran for.
    const found = this.#ranBesideOthers.has(name)
      ? outcome.found
      : await foundWithRecords(task, outcome, { runMs: startMs, taskMs: startMs + startedAtMs });
    const inner = innerTasks(name, task, found);
    this.#innerResults.set(name, inner);
    for (const one of inner) onInnerTask?.(one);
  }

  get #names(): string[] {
    return [...this.#tasks.keys()];
  }

  #definition(name: string): TaskDefinition {
    return this.#tasks.get(name) as TaskDefinition;
  }

  #elapsedMs(): number {
    return performance.now() - this.#beganAt;
  }
}
