/** Starts each task as soon as its dependencies and the limit of parallel tasks allow. */
import type { Linked } from './graph.js';

export interface Schedule {
  /** How many run at a time, at most. */
  readonly parallel: number;
  /** Whether a failure prevents only the tasks that depend on it. */
  readonly keepGoing: boolean;
  /** Whether the run was interrupted; nothing is started from then on. */
  isInterrupted(): boolean;
  /** Runs a task; whether it succeeded. */
  run(name: string): Promise<boolean>;
  /** Called when the first has failed, with those that are still running and must not go on. */
  stop(running: readonly string[]): void;
  skip(name: string, because: string): void;
}

/** Resolves when nothing runs any more. Each task was either run or skipped. */
export function schedule(tasks: ReadonlyMap<string, Linked>, options: Schedule): Promise<void> {
  return new Scheduler(tasks, options).run();
}

class Scheduler {
  readonly #options: Schedule;
  readonly #waiting: Map<string, Linked>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #succeeded = new Set<string>();
  readonly #failedOrSkipped = new Set<string>();
  #firstFailed: string | undefined;

  constructor(tasks: ReadonlyMap<string, Linked>, options: Schedule) {
    this.#waiting = new Map(tasks);
    this.#options = options;
  }

  async run(): Promise<void> {
    while (this.#waiting.size > 0 || this.#running.size > 0) {
      for (const [name, { dependsOn }] of this.#waiting) this.#startOrSkip(name, dependsOn);
      if (this.#running.size > 0) await Promise.race(this.#running.values());
    }
  }

  /** The task goes on waiting where neither is due. */
  #startOrSkip(name: string, dependsOn: readonly string[]): void {
    const because = this.#reasonToSkip(dependsOn);
    if (because !== undefined) this.#skip(name, because);
    else if (this.#canStart(dependsOn)) this.#start(name);
  }

  #reasonToSkip(dependsOn: readonly string[]): string | undefined {
    const missing = dependsOn.find((needed) => this.#failedOrSkipped.has(needed));
    if (missing !== undefined) return `it depends on ${missing}`;
    if (this.#options.isInterrupted()) return 'interrupted';
    const isOver = this.#firstFailed !== undefined && !this.#options.keepGoing;
    return isOver ? `${this.#firstFailed} failed` : undefined;
  }

  #canStart(dependsOn: readonly string[]): boolean {
    return (
      this.#running.size < this.#options.parallel &&
      dependsOn.every((needed) => this.#succeeded.has(needed))
    );
  }

  #skip(name: string, because: string): void {
    this.#waiting.delete(name);
    this.#failedOrSkipped.add(name);
    this.#options.skip(name, because);
  }

  #start(name: string): void {
    this.#waiting.delete(name);
    const ended = this.#options.run(name).then((isSuccess) => this.#ended(name, isSuccess));
    this.#running.set(name, ended);
  }

  #ended(name: string, isSuccess: boolean): void {
    this.#running.delete(name);
    (isSuccess ? this.#succeeded : this.#failedOrSkipped).add(name);
    if (isSuccess || this.#firstFailed !== undefined) return;
    this.#firstFailed = name;
    const { keepGoing, stop } = this.#options;
    if (!keepGoing && this.#running.size > 0) stop([...this.#running.keys()]);
  }
}
