/** Starts a command, measured where that is possible, and makes its result. */
import { recordsOf } from '../attribution/records/records.js';
import { withRecords } from '../attribution/records/with-records.js';
import { AddonUnavailable } from '../errors.js';
import { startWith, withVariables } from '../heap/variables.js';
import { type HeapWatch, watchHeaps } from '../heap/watch.js';
import { defaultGraceMs } from '../inspect/rules.js';
import type { Addon, AlarmRecord, FoundTaskState, SnapshotRecord } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import type { CrashFiles } from '../report/crash/messages.js';
import { warningText } from '../report/warning.js';
import type { TaskResult } from '../result/task.js';
import type { Result } from '../result/types.js';
import { deferredExecution } from './native/deferred-execution.js';
import { type Execution, notStarted, type Screen, screenOf } from './native/execution.js';
import { type NativeRun, type RunListener, runMeasured } from './native/measured.js';
import { Recording } from './native/recording.js';
import type { Start } from './native/start.js';
import { keepCrash } from './result/crash.js';
import { pidsOfTasks, tasksIn } from './result/found.js';
import type { RunFacts } from './result/result.js';
import { factsOf } from './result/run-facts.js';
import { safeResult } from './result/safe-result.js';
import { type CheckedOptions, type HostOptions, startOf } from './start-options.js';

/** Called while the command runs. */
export interface GuardListeners {
  onWarn?(text: string, alarm: AlarmRecord): void;
  onLimit?(messages: readonly string[], alarm: AlarmRecord, files: CrashFiles): void;
  /** The run is being recorded. To wait for the store, ask the recording after the end. */
  onRecording?(recording: Recording): void;
  onStarted?(addon: Addon, run: NativeRun): void;
  /** Completes the result before it is recorded. */
  complete?(result: Result): Result;
}

/** A command that was started, or could not be. */
export interface Executed extends Screen {
  readonly pid: number | undefined;
  stop(graceMs?: number): void;
  snapshot(): SnapshotRecord | undefined;
  /** The state of each task that was found, and the time of the look. */
  tasks(): { tasks: FoundTaskState[]; atMs: number };
  /** The results of these tasks so far. */
  taskResults(): TaskResult[];
  readonly result: Promise<Result>;
}

/** As with env(1) and timeout(1), when they fail before the command starts. */
const notStartedCode = 125;

/**
 * The command has been started when this returns, except where the addon is missing.
 *
 * @throws InvalidOption for what only the addon finds, such as a folder that does not exist
 */
export function execute(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  host: HostOptions,
  listeners: GuardListeners = {},
): Executed {
  const beganAt = process.uptime();
  const facts = factsOf(command.map(textOf), options);
  const withGrace = { ...options, graceMs: options.graceMs ?? defaultGraceMs };
  const recording = options.store === undefined ? undefined : new Recording(options.store, facts);
  if (recording) listeners.onRecording?.(recording);
  const listener = listenerOf(facts, withGrace, recording, listeners);
  const heaps = options.heap ? watchHeaps((options.env ?? process.env).NODE_OPTIONS) : undefined;
  const execution = options.signal?.aborted
    ? notStarted(notStartedCode, `${facts.command[0]}: aborted before it was started`)
    : begin(startOf(command, withGrace, host), listener, heaps);
  const outcome = execution.outcome.catch((error: unknown) => {
    heaps?.close();
    throw error;
  });
  return {
    ...screenOf(execution),
    get pid() {
      return execution.pid;
    },
    stop: (graceMs) => execution.stop(graceMs),
    snapshot: () => execution.snapshot(),
    tasks: () => ({ tasks: execution.tasks(), atMs: (process.uptime() - beganAt) * 1000 }),
    taskResults: () => tasksIn(execution.snapshot()),
    result: outcome.then(async (outcome) => {
      const built = safeResult(facts, outcome);
      const withHeap = heaps ? await heaps.addTo(built, pidsOfTasks(outcome.measured)) : built;
      const recorded = await withRecordsOfRunners(withHeap, options);
      const result = listeners.complete?.(recorded) ?? recorded;
      recording?.finish(result);
      return result;
    }),
  };
}

function textOf(word: string | Uint8Array): string {
  return typeof word === 'string' ? word : Buffer.from(word).toString();
}

function listenerOf(
  facts: RunFacts,
  { onOutput, crashFolder, graceMs }: CheckedOptions & { graceMs: number },
  recording: Recording | undefined,
  listeners: GuardListeners,
): RunListener {
  return {
    started(addon, run) {
      recording?.beginRun(addon, run);
      listeners.onStarted?.(addon, run);
    },
    warned: (alarm) => listeners.onWarn?.(warningText(alarm), alarm),
    ...(onOutput && { output: onOutput }),
    async limited(alarm) {
      const { files, messages } = keepCrash(alarm, facts, graceMs, crashFolder);
      listeners.onLimit?.(messages, alarm, files);
      return files;
    },
  };
}

async function withRecordsOfRunners(
  result: Result,
  { tasks, env = process.env }: CheckedOptions,
): Promise<Result> {
  if (tasks === false) return result;
  const startMs = Date.parse(result.run.startedAt);
  return withRecords(result, await recordsOf(result, startMs, env));
}

function begin(start: Start, listener: RunListener, heaps: HeapWatch | undefined): Execution {
  const variables = heaps?.variables ?? {};
  try {
    const addon = loadAddon();
    const measured = (start: Start) => runMeasured(addon, start, listener);
    return heaps ? startWith(variables, start, measured) : measured(start);
  } catch (error) {
    if (error instanceof AddonUnavailable) {
      const unmeasured = heaps ? withVariables(variables, start) : start;
      return deferredExecution(beginUnmeasured(unmeasured, listener, error.message));
    }
    heaps?.close();
    throw error;
  }
}

async function beginUnmeasured(
  start: Start,
  listener: RunListener,
  reason: string,
): Promise<Execution> {
  const { runUnmeasured } = await import('./native/unmeasured.js');
  return runUnmeasured(start, reason, listener.output);
}
