/** Starts a command, measured where that is possible, and makes its result. */
import { AddonUnavailable } from '../errors.js';
import type { AlarmRecord, SnapshotRecord } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import type { CrashFiles } from '../report/crash/messages.js';
import { warningText } from '../report/warning.js';
import type { Result } from '../result/types.js';
import { deferredExecution } from './deferred-execution.js';
import { type Execution, notStarted } from './execution.js';
import { describeHost } from './host.js';
import { type OnOutput, type RunListener, runMeasured } from './measured.js';
import { buildResult, type RunFacts } from './result.js';
import type { CgroupUse, Metric, PtyUse, SurvivorUse, TraceUse } from './rules.js';
import { newRunId } from './run-id.js';
import type { Size } from './size.js';
import type { Start } from './start.js';

/** What a run may be told, once it is checked: by the flags of the command line or by schemas. */
export interface CheckedOptions {
  label?: string | undefined;
  intervalMs?: number | undefined;
  metric?: Metric | undefined;
  cgroup?: CgroupUse | undefined;
  trace?: TraceUse | undefined;
  warn?: Size | undefined;
  limit?: Size | undefined;
  guard?: boolean | undefined;
  timeoutMs?: number | undefined;
  graceMs?: number | undefined;
  survivors?: SurvivorUse | undefined;
  onOutput?: OnOutput | undefined;
  silent?: boolean | undefined;
  pty?: PtyUse | undefined;
  cwd?: string | undefined;
  env?: Record<string, string | undefined> | undefined;
  /** Once it is aborted nothing is started any more. */
  signal?: AbortSignal | undefined;
  /** Where the files of a crash go: by default into the current folder, nowhere with false. */
  crashFolder?: string | false | undefined;
}

/** What is heard of the guard while the command runs. */
export interface Hearing {
  onWarn?(text: string, alarm: AlarmRecord): void;
  onLimit?(messages: readonly string[], alarm: AlarmRecord, files: CrashFiles): void;
}

/** A command that has been started, or could not be. */
export interface Executed {
  readonly pid: number | undefined;
  stop(graceMs?: number): void;
  snapshot(): SnapshotRecord | undefined;
  readonly result: Promise<Result>;
}

type Standing = Pick<Start, 'standsIn' | 'ownDescriptors'>;

const defaultGraceMs = 2000;
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
  standing: Standing,
  hearing: Hearing = {},
): Executed {
  const startedAt = new Date();
  const facts: RunFacts = {
    id: newRunId(startedAt),
    ...(options.label !== undefined && { label: options.label }),
    command: command.map((word) =>
      typeof word === 'string' ? word : Buffer.from(word).toString(),
    ),
    ...workingDirectory(options.cwd),
    startedAt: startedAt.toISOString(),
    host: describeHost(),
  };
  const graceMs = options.graceMs ?? defaultGraceMs;
  const listener: RunListener = {
    warned: (alarm) => hearing.onWarn?.(warningText(alarm), alarm),
    ...(options.onOutput && { output: options.onOutput }),
    async limited(alarm) {
      const { keepCrash } = await import('./crash.js');
      const { files, messages } = keepCrash(alarm, facts, graceMs, options.crashFolder);
      hearing.onLimit?.(messages, alarm, files);
      return files;
    },
  };
  const execution = options.signal?.aborted
    ? notStarted(notStartedCode, `${facts.command[0]}: aborted before it was started`)
    : begin(startOf(command, { ...options, graceMs }, standing), listener);
  return {
    get pid() {
      return execution.pid;
    },
    stop: (graceMs) => execution.stop(graceMs),
    snapshot: () => execution.snapshot(),
    result: execution.outcome.then((ended) => buildResult(facts, ended)),
  };
}

function startOf(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  standing: Standing,
): Start {
  const { intervalMs, metric, cgroup, trace, warn, limit, guard, cwd, env } = options;
  const { timeoutMs, graceMs, survivors } = options;
  return {
    command,
    ...standing,
    ...definedOnly({ intervalMs, metric, cgroup, trace, warn, limit, guard, cwd }),
    ...definedOnly({ timeoutMs, graceMs, survivors }),
    ...streamsOf(options),
    ...(env !== undefined && { env: definedOnly(env) as Record<string, string> }),
  };
}

function streamsOf({ pty, onOutput, silent }: CheckedOptions): Pick<Start, 'streams'> {
  if (pty === 'on') return { streams: 'terminal' };
  if (silent) return { streams: 'pipe' };
  return onOutput ? { streams: 'tee' } : {};
}

function begin(start: Start, listener: RunListener): Execution {
  try {
    return runMeasured(loadAddon(), start, listener);
  } catch (error) {
    if (!(error instanceof AddonUnavailable)) throw error;
    return deferredExecution(beginUnmeasured(start, listener, error.message));
  }
}

async function beginUnmeasured(
  start: Start,
  listener: RunListener,
  reason: string,
): Promise<Execution> {
  const { runUnmeasured } = await import('./unmeasured.js');
  return runUnmeasured(start, reason, listener.output);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOnly<T extends object>(values: T): Defined<T> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Defined<T>;
}

/** Absent where the directory has been removed. */
function workingDirectory(cwd: string | undefined): { cwd?: string } {
  try {
    return { cwd: cwd ?? process.cwd() };
  } catch {
    return {};
  }
}
