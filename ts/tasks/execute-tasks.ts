/** Runs tasks as one run, and makes its result. */
import { AddonUnavailable } from '../errors.js';
import type { AlarmRecord } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import { hasFailed } from '../report/failure.js';
import { warningText } from '../report/warning.js';
import type { Result, Task } from '../result/types.js';
import {
  type CheckedOptions,
  defaultGraceMs,
  type GuardListeners,
  type HostOptions,
  rulesOf,
  sessionStartOf,
} from '../tracker/execute.js';
import type { Execution } from '../tracker/native/execution.js';
import { openMeasured } from '../tracker/native/measured-session.js';
import type { NamedTask } from '../tracker/native/outcome.js';
import { Recording } from '../tracker/native/recording.js';
import type {
  GuardListener,
  Session,
  SessionStart,
  SessionTask,
} from '../tracker/native/session.js';
import { keepCrash } from '../tracker/result/crash.js';
import { buildResult } from '../tracker/result/result.js';
import { rounded } from '../tracker/result/rounded.js';
import { factsOf } from '../tracker/result/run-facts.js';
import { overallExit } from './ending.js';
import type { WriteLine } from './prefixed.js';
import { recorded } from './recorded.js';
import { runTask, type Stage } from './run-task.js';
import { schedule } from './schedule.js';
import type { TaskDefinition } from './task-definition.js';
import { innerTasks, taskResult } from './task-result.js';

export interface TasksOptions extends CheckedOptions {
  /** The command line that asked for them. */
  command: readonly string[];
  parallel: number;
  keepGoing: boolean;
  /** Where the lines of tasks that may run at the same time go; without it streams are their own. */
  writeLine: WriteLine | undefined;
  /** Which lines go without the name of their task. */
  isBare?: (line: Uint8Array) => boolean;
  /** Where they are shown instead. */
  stage?: Stage | undefined;
  /** Is given them while they run. */
  onBegun?: ((tasks: RunningTasks) => void) | undefined;
  /** Hears of each task that has ended or is not run. */
  onTask?: ((task: Task) => void) | undefined;
  /** Hears of each task that was found in one that has ended. */
  onInnerTask?: ((task: Task) => void) | undefined;
}

/** Tasks that run, for who shows them. */
export interface RunningTasks extends Pick<Session, 'snapshot' | 'show' | 'viewSize' | 'write'> {
  /** Those that run right now, by name. */
  readonly running: ReadonlyMap<string, RunningTask>;
}

export interface RunningTask {
  readonly task: TaskDefinition;
  readonly session: SessionTask;
  /** Its latest command. */
  execution?: Execution;
}

/**
 * Resolves when all tasks have ended or were skipped.
 *
 * @throws InvalidOption for what only the addon finds, and SystemError where a control group was
 * asked for and there can be none
 */
export async function executeTasks(
  tasks: ReadonlyMap<string, TaskDefinition>,
  options: TasksOptions,
  host: HostOptions,
  listeners: GuardListeners = {},
): Promise<Result> {
  const facts = factsOf(options.command, options);
  const { graceMs = defaultGraceMs, guard } = options;
  const listenerOf = (task?: string): GuardListener => ({
    warned: (alarm) => listeners.onWarn?.(warningText(alarm, task), alarm),
    async limited(alarm: AlarmRecord) {
      const { files, messages } = keepCrash(alarm, facts, graceMs, options.crashFolder, task);
      listeners.onLimit?.(messages, alarm, files);
      return files;
    },
  });
  const recording = options.store === undefined ? undefined : new Recording(options.store, facts);
  if (recording) listeners.onRecording?.(recording);
  const start = {
    ...sessionStartOf({ ...options, graceMs }, host),
    ...(options.tasks !== false && { rules: rulesOf({ rules: options.rules }) }),
  };
  const session = await open(start, listenerOf(), options.isViewed === true, recording);
  const beganAt = performance.now();
  const startMs = Date.parse(facts.startedAt);
  const elapsedMs = () => performance.now() - beganAt;
  const entries = new Map<string, Task>();
  const inner = new Map<string, Task[]>();
  const enter = (name: string, task: Task) => {
    entries.set(name, task);
    options.onTask?.(task);
  };
  const opened: NamedTask[] = [];
  /** Tasks at the side of which another one has run. */
  const hadCompany = new Set<string>();
  const running = new Map<string, RunningTask>();
  options.onBegun?.({ ...session, running });
  const failures: string[] = [];
  await schedule(tasks, {
    parallel: options.parallel,
    keepGoing: options.keepGoing,
    isInterrupted: () => session.interrupts() > 0,
    async run(name) {
      const task = tasks.get(name) as TaskDefinition;
      const { warn, limit } = task;
      const sessionTask = session.task({ warn, limit, guard }, listenerOf(name));
      opened.push({ id: name, source: task.source });
      const entry: RunningTask = { task, session: sessionTask };
      if (running.size > 0) for (const one of [name, ...running.keys()]) hadCompany.add(one);
      running.set(name, entry);
      const startedAtMs = rounded(elapsedMs());
      const ran = await runTask(name, task, sessionTask, {
        pty: task.pty ?? options.pty,
        writeLine: options.writeLine,
        isBare: options.isBare,
        stage: options.stage,
        started(execution) {
          entry.execution = execution;
        },
        elapsedMs,
      });
      running.delete(name);
      const result = taskResult(name, task.source, startedAtMs, ran);
      enter(name, result);
      // What a runner writes down does not say for whom it ran.
      const told = hadCompany.has(name)
        ? ran.found
        : await recorded(task, ran, { run: startMs, task: startMs + startedAtMs });
      const found = innerTasks(name, task, told);
      inner.set(name, found);
      for (const one of found) options.onInnerTask?.(one);
      const isWell = !hasFailed(result);
      if (!isWell) failures.push(name);
      return isWell;
    },
    stop(names) {
      for (const name of names) running.get(name)?.session.stop();
    },
    skip(name, because) {
      const { source } = tasks.get(name) as TaskDefinition;
      enter(name, { id: name, source, status: 'skipped', skippedBecause: because });
    },
  });
  const isInterrupted = session.interrupts() > 0;
  const outcome = await session.finish();
  const listed = [...tasks.keys()].flatMap((name) => entries.get(name) ?? []);
  const firstFailed = listed.find(({ id }) => id === failures[0]);
  const result = buildResult(facts, {
    ...outcome,
    measured: 'tree' in outcome.measured ? { ...outcome.measured, opened } : outcome.measured,
    exit: overallExit(outcome.stopped, firstFailed?.exit, isInterrupted, listed),
    ...(firstFailed?.oom && { oom: firstFailed.oom }),
    tasks: [...listed, ...[...tasks.keys()].flatMap((name) => inner.get(name) ?? [])],
  });
  recording?.finish(result);
  return result;
}

async function open(
  start: SessionStart,
  listener: GuardListener,
  isViewed: boolean,
  recording: Recording | undefined,
): Promise<Session> {
  try {
    return openMeasured(loadAddon(), start, listener, isViewed, (addon, bundle) =>
      recording?.beginBundle(addon, bundle),
    );
  } catch (error) {
    if (!(error instanceof AddonUnavailable)) throw error;
    const { openUnmeasured } = await import('../tracker/native/unmeasured-session.js');
    return openUnmeasured(start, error.message);
  }
}
