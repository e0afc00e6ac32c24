/** Emits the start and the end of tasks that are found in a run. */
import type { FoundTaskState } from '../../native/addon.js';
import type { TaskResult } from '../../result/task.js';
import type { Task } from '../../result/types.js';
import type { RunEvents } from '../api/events.js';
import type { Listeners } from '../api/listeners.js';
import type { Executed } from '../execute.js';

const pollEveryMs = 100;
/** Between two commands of a task there may be a moment without any process of it. */
const settledAfterMs = 300;
/** The result rounds the end that the addon reports. */
const sameWithinMs = 1;

type Watched = Pick<Executed, 'tasks' | 'taskResults' | 'result'>;

/** Polls while there are listeners. Does not keep the event loop alive. */
export function watchTasks(executed: Watched, listeners: Listeners<RunEvents>): void {
  const watch = new TaskWatch(listeners);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const update = () => {
    if (!listeners.has('taskstart') && !listeners.has('taskend')) return stop();
    timer ??= setInterval(() => watch.poll(executed), pollEveryMs).unref();
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
  /** The ends that have been emitted, by task. */
  readonly #ended = new Map<string, number>();

  constructor(listeners: Listeners<RunEvents>) {
    this.#listeners = listeners;
  }

  poll(executed: Watched): void {
    const { tasks, atMs } = executed.tasks();
    const ended = tasks.filter((task) => {
      this.#start(task);
      const { endedAtMs } = task;
      if (endedAtMs === undefined || atMs - endedAtMs < settledAfterMs) return false;
      return !this.#isEmitted(keyOf(task), endedAtMs);
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
      // No process of a cached task has ever started.
      if (task.status !== 'cached') this.#start(task);
      if (!this.#isEmitted(keyOf(task), endOf(task))) this.#end(task);
    }
  }

  #isEmitted(key: string, endMs: number): boolean {
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
