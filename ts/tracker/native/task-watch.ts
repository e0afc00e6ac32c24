/** Tells when tasks that are found in a run start and end. */
import type { FoundTaskState } from '../../native/addon.js';
import type { TaskResult } from '../../result/task.js';
import type { Task } from '../../result/types.js';
import type { Listeners, RunEvents } from '../api/events.js';
import type { Executed } from '../execute.js';

const lookEveryMs = 100;
/** Between two commands of one task there may be no process of it for a moment. */
const settledAfterMs = 300;
/** The addon tells an end more exactly than the result does. */
const sameWithinMs = 1;

type Watched = Pick<Executed, 'tasks' | 'taskResults' | 'result'>;

/** Looks now and then while somebody listens; the run does not wait for it. */
export function watchTasks(executed: Watched, listeners: Listeners<RunEvents>): void {
  const watch = new TaskWatch(listeners);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const update = () => {
    if (!listeners.has('taskstart') && !listeners.has('taskend')) return stop();
    timer ??= setInterval(() => watch.look(executed), lookEveryMs).unref();
  };
  const stopUpdating = listeners.onChange(update);
  update();
  const end = () => {
    stopUpdating();
    stop();
  };
  executed.result.then(({ tasks = [] }) => {
    end();
    watch.finish(tasks);
  }, end);
}

class TaskWatch {
  readonly #listeners: Listeners<RunEvents>;
  readonly #started = new Set<string>();
  /** When it had ended, as it was told. */
  readonly #ended = new Map<string, number>();

  constructor(listeners: Listeners<RunEvents>) {
    this.#listeners = listeners;
  }

  look(executed: Watched): void {
    const { tasks, atMs } = executed.tasks();
    const ended = tasks.filter((task) => {
      this.#start(task);
      const { endedAtMs } = task;
      if (endedAtMs === undefined || atMs - endedAtMs < settledAfterMs) return false;
      return !this.#isTold(keyOf(task), endedAtMs);
    });
    if (ended.length === 0) return;
    const keys = new Set(ended.map(keyOf));
    for (const result of executed.taskResults()) {
      if (keys.has(keyOf(result))) this.#end(result);
    }
  }

  finish(tasks: Task[]): void {
    for (const { startedAtMs, durationMs, processCount, ...rest } of tasks) {
      if (startedAtMs === undefined || durationMs === undefined || processCount === undefined) {
        continue;
      }
      const task = { ...rest, startedAtMs, durationMs, processCount };
      // Nothing of it has ever started.
      if (task.status !== 'cached') this.#start(task);
      if (!this.#isTold(keyOf(task), endOf(task))) this.#end(task);
    }
  }

  #isTold(key: string, endMs: number): boolean {
    const before = this.#ended.get(key);
    return before !== undefined && Math.abs(endMs - before) < sameWithinMs;
  }

  #start(task: Pick<FoundTaskState, 'id' | 'source' | 'startedAtMs'>): void {
    const { id, source, startedAtMs } = task;
    if (this.#started.has(keyOf(task))) return;
    this.#started.add(keyOf(task));
    this.#listeners.emit('taskstart', { id, source, startedAtMs });
  }

  #end(task: TaskResult): void {
    this.#ended.set(keyOf(task), endOf(task));
    this.#listeners.emit('taskend', task);
  }
}

function keyOf({ id, source }: { id: string; source: string }): string {
  return `${source} ${id}`;
}

function endOf({ startedAtMs = 0, durationMs }: TaskResult): number {
  return startedAtMs + durationMs;
}
