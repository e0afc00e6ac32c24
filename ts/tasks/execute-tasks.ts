/** Runs tasks as one run, and makes its result. */
import { AddonUnavailable } from '../errors.js';
import { defaultGraceMs } from '../inspect/rules.js';
import { loadAddon } from '../native/load.js';
import { warningText } from '../report/warning.js';
import type { Result, Task } from '../result/types.js';
import type { GuardListeners } from '../tracker/execute.js';
import type { GuardListener } from '../tracker/native/alarms.js';
import { openMeasured } from '../tracker/native/measured-session.js';
import type { Outcome } from '../tracker/native/outcome.js';
import { Recording } from '../tracker/native/recording.js';
import type { PartOutcome, Session, SessionStart } from '../tracker/native/session.js';
import { keepCrash } from '../tracker/result/crash.js';
import type { RunFacts } from '../tracker/result/result.js';
import { factsOf } from '../tracker/result/run-facts.js';
import { safeResult } from '../tracker/result/safe-result.js';
import type { CheckedOptions, HostOptions } from '../tracker/start-options.js';
import { rulesOf, sessionStartOf } from '../tracker/start-options.js';
import { overallExit } from './overall-exit.js';
import { schedule } from './schedule.js';
import type { TaskDefinition } from './task-definition.js';
import { type OutputOptions, TasksRun } from './tasks-run.js';

export interface TasksOptions extends CheckedOptions, OutputOptions {
  /** The command line that asked for them. */
  command: readonly string[];
  parallel: number;
  keepGoing: boolean;
  /** Called once the run has started. */
  onStarted?: ((tasks: RunningTasks) => void) | undefined;
  /** Called with each task that has ended or was skipped. */
  onTask?: ((task: Task) => void) | undefined;
  /** Called with each task that was found in one that has ended. */
  onInnerTask?: ((task: Task) => void) | undefined;
}

/** The tasks of a run, for a live view. */
export interface RunningTasks extends Pick<Session, 'snapshot' | 'show' | 'viewSize' | 'write'> {
  /** Those that are running, by name. */
  readonly running: TasksRun['running'];
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
  const listenerOf = guardListeners(facts, options, listeners);
  const recording = options.store === undefined ? undefined : new Recording(options.store, facts);
  if (recording) listeners.onRecording?.(recording);
  const isViewed = options.isViewed === true;
  const session = await open(startOf(options, host), listenerOf(), isViewed, recording);
  const startMs = Date.parse(facts.startedAt);
  const run = new TasksRun(tasks, session, { ...options, startMs, listenerOf });
  options.onStarted?.({ ...session, running: run.running });
  await schedule(tasks, {
    parallel: options.parallel,
    keepGoing: options.keepGoing,
    isInterrupted: () => session.interrupts() > 0,
    run: (name) => run.run(name),
    stop: (names) => run.stop(names),
    skip: (name, because) => run.skip(name, because),
  });
  const isInterrupted = session.interrupts() > 0;
  const result = safeResult(facts, outcomeOf(run, await session.finish(), isInterrupted));
  recording?.finish(result);
  return result;
}

/** The listeners of the guard of the whole run, and of the guards of its tasks. */
function guardListeners(
  facts: RunFacts,
  { graceMs = defaultGraceMs, crashFolder }: TasksOptions,
  listeners: GuardListeners,
): (task?: string) => GuardListener {
  return (task) => ({
    warned: (alarm) => listeners.onWarn?.(warningText(alarm, task), alarm),
    async limited(alarm) {
      const { files, messages } = keepCrash(alarm, facts, graceMs, crashFolder, task);
      listeners.onLimit?.(messages, alarm, files);
      return files;
    },
  });
}

function startOf(options: TasksOptions, host: HostOptions): SessionStart {
  const { graceMs = defaultGraceMs, rules, tasks } = options;
  return {
    ...sessionStartOf({ ...options, graceMs }, host),
    ...(tasks !== false && { rules: rulesOf({ rules }) }),
  };
}

function outcomeOf(run: TasksRun, whole: PartOutcome, isInterrupted: boolean): Outcome {
  const { firstFailed, results, innerResults, opened } = run;
  const { measured, stopped } = whole;
  return {
    ...whole,
    measured: 'tree' in measured ? { ...measured, opened } : measured,
    exit: overallExit(stopped, firstFailed?.exit, isInterrupted, results),
    ...(firstFailed?.oom && { oom: firstFailed.oom }),
    tasks: [...results, ...innerResults],
  };
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
