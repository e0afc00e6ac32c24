/** Starts a command, measured where that is possible, and makes its result. */

import type * as z from 'zod/mini';
import { nativeRules, runnersOf } from '../attribution/native-rules.js';
import { recordsOf } from '../attribution/records/records.js';
import { withRecords } from '../attribution/records/with-records.js';
import type { NamedTaskRule, StageRule } from '../attribution/rule.js';
import { runners } from '../attribution/runners.js';
import { AddonUnavailable } from '../errors.js';
import { startWith, withVariables } from '../heap/variables.js';
import { type HeapWatch, watchHeaps } from '../heap/watch.js';
import type {
  Addon,
  AlarmRecord,
  FoundTaskState,
  RulesOption,
  SnapshotRecord,
} from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import type { CrashFiles } from '../report/crash/messages.js';
import { warningText } from '../report/warning.js';
import type { TaskResult } from '../result/task.js';
import type { Result } from '../result/types.js';
import type { runOptions } from './api/checked-options.js';
import { deferredExecution } from './api/deferred-execution.js';
import { definedOnly } from './api/defined-only.js';
import { type Execution, notStarted, type Seen, type ViewSize } from './native/execution.js';
import { type NativeRun, type RunListener, runMeasured } from './native/measured.js';
import { Recording } from './native/recording.js';
import type { SessionStart } from './native/session.js';
import type { Start } from './native/start.js';
import { pidsOfTasks, tasksIn } from './result/found.js';
import { buildResult } from './result/result.js';
import { factsOf } from './result/run-facts.js';

/** The options of a run, checked by the flags of the command line or by the schemas of the API. */
export interface CheckedOptions extends Omit<z.infer<typeof runOptions>, 'rules' | 'stages'> {
  rules?: readonly NamedTaskRule[] | undefined;
  stages?: readonly StageRule[] | undefined;
  /** False where tasks are not to be told apart. */
  tasks?: boolean | undefined;
  /** Whether lines are shown below its output, where there is a terminal for them. */
  isViewed?: boolean | undefined;
  /** How large its terminal is, where only this program shows it. */
  remoteSize?: ViewSize | undefined;
  /** A file that is there, which gets a row of CSV for each sample: milliseconds, and bytes. */
  samplesFile?: string | undefined;
  /** The file of the store that it is recorded in; nowhere without one. */
  store?: string | undefined;
}

/** Called for what the guard says while the command runs. */
export interface GuardListeners {
  onWarn?(text: string, alarm: AlarmRecord): void;
  onLimit?(messages: readonly string[], alarm: AlarmRecord, files: CrashFiles): void;
  /** It is being recorded; who waits for that asks there once it has ended. */
  onRecording?(recording: Recording): void;
  onStarted?(addon: Addon, run: NativeRun): void;
  /** Adds what else is known of it, before it is recorded. */
  complete?(result: Result): Result;
}

/** A command that has been started, or could not be. */
export interface Executed extends Seen {
  readonly pid: number | undefined;
  stop(graceMs?: number): void;
  snapshot(): SnapshotRecord | undefined;
  /** How the tasks are that were found in it, and what time it is. */
  tasks(): { tasks: FoundTaskState[]; atMs: number };
  /** What is known of them so far. */
  taskResults(): TaskResult[];
  readonly result: Promise<Result>;
}

export type HostOptions = Pick<Start, 'standsIn' | 'ownDescriptors'>;

export const defaultGraceMs = 2000;
/** As for any command that was not started because of what runs it. */
const notStartedCode = 125;

/**
 * The command has been started when this returns, but where the addon is missing.
 *
 * @throws InvalidOption for what only the addon finds, such as a folder that is not there
 */
export function execute(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  host: HostOptions,
  listeners: GuardListeners = {},
): Executed {
  const beganAt = process.uptime();
  const words = command.map((word) =>
    typeof word === 'string' ? word : Buffer.from(word).toString(),
  );
  const facts = factsOf(words, options);
  const graceMs = options.graceMs ?? defaultGraceMs;
  const recording = options.store === undefined ? undefined : new Recording(options.store, facts);
  if (recording) listeners.onRecording?.(recording);
  const listener: RunListener = {
    started(addon, run) {
      recording?.beginRun(addon, run);
      listeners.onStarted?.(addon, run);
    },
    warned: (alarm) => listeners.onWarn?.(warningText(alarm), alarm),
    ...(options.onOutput && { output: options.onOutput }),
    async limited(alarm) {
      const { keepCrash } = await import('./result/crash.js');
      const { files, messages } = keepCrash(alarm, facts, graceMs, options.crashFolder);
      listeners.onLimit?.(messages, alarm, files);
      return files;
    },
  };
  const heaps = options.heap ? watchHeaps((options.env ?? process.env).NODE_OPTIONS) : undefined;
  const execution = options.signal?.aborted
    ? notStarted(notStartedCode, `${facts.command[0]}: aborted before it was started`)
    : begin(startOf(command, { ...options, graceMs }, host), listener, heaps);
  return {
    get pid() {
      return execution.pid;
    },
    stop: (graceMs) => execution.stop(graceMs),
    snapshot: () => execution.snapshot(),
    show: (lines) => execution.show(lines),
    say: (text) => execution.say(text),
    viewSize: () => execution.viewSize(),
    typeIn: (bytes) => execution.typeIn(bytes),
    resize: (size) => execution.resize(size),
    tasks: () => ({ tasks: execution.tasks(), atMs: (process.uptime() - beganAt) * 1000 }),
    taskResults: () => tasksIn(execution.snapshot()),
    result: execution.outcome.then(async (ended) => {
      const built = buildResult(facts, ended);
      const result = heaps ? await heaps.addTo(built, pidsOfTasks(ended.measured)) : built;
      const recorded = await withRecordsOfRunners(result, options);
      const whole = listeners.complete?.(recorded) ?? recorded;
      recording?.finish(whole);
      return whole;
    }),
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

/** What a run of one command and one of several have in common. */
export function sessionStartOf(options: CheckedOptions, host: HostOptions): SessionStart {
  const { intervalMs, metric, cgroup, trace, warn, limit, guard } = options;
  const { timeoutMs, graceMs, survivors } = options;
  return {
    ...host,
    ...definedOnly({ intervalMs, metric, cgroup, trace, warn, limit, guard }),
    ...definedOnly({ timeoutMs, graceMs, survivors }),
  };
}

function startOf(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  host: HostOptions,
): Start {
  const { cwd, env, samplesFile } = options;
  return {
    command,
    ...sessionStartOf(options, host),
    ...definedOnly({ cwd, samplesFile }),
    ...(options.tasks !== false && { rules: rulesOf(options) }),
    ...streamsOf(options),
    ...(env !== undefined && { env: definedOnly(env) as Record<string, string> }),
  };
}

/** By which tasks are told apart, and the stages that are given. */
export function rulesOf({
  rules = [],
  stages,
}: Pick<CheckedOptions, 'rules' | 'stages'>): RulesOption {
  return nativeRules([...runnersOf(rules), ...runners], stages);
}

function streamsOf(options: CheckedOptions): Pick<Start, 'streams' | 'size'> {
  const { pty, isViewed, remoteSize, onOutput, silent } = options;
  if (remoteSize) return { streams: 'remote', size: remoteSize };
  if (isViewed) return { streams: 'view' };
  if (pty === 'on') return { streams: 'terminal' };
  if (silent) return { streams: 'pipe' };
  return onOutput ? { streams: 'tee' } : {};
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
