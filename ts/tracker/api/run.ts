/** The public way to run a command and measure its whole tree. */
import { checked } from '../../checked.js';
import { hasFailed } from '../../result/failed.js';
import type { Result } from '../../result/types.js';
import { type Executed, execute } from '../execute.js';
import { watchTasks } from '../native/task-watch.js';
import type { CheckedOptions } from '../start-options.js';
import { Capture, type CapturedResult } from './capture.js';
import { command as commandSchema, runOptions } from './checked-options.js';
import { limitEvent, type RunEvents, warnEvent } from './events.js';
import { RunHandle } from './handle.js';
import { Listeners } from './listeners.js';
import type { RunOptions } from './options.js';
import { AbortError, RunFailed } from './result-errors.js';
import type { Running } from './running.js';

const defaultMaxCaptureBytes = 100 * 1024 * 1024;

/**
 * Runs a command with this program's own standard streams and measures it and everything that it
 * starts. The command has been started when this returns.
 *
 * The promise resolves when the command has ended, however it ended: `result.exit` says how.
 * Without the addon the command runs all the same and `result.sampling.method` is `unavailable`. It
 * rejects with InvalidOption, with AbortError when `signal` has ended the run, and with RunFailed
 * where `rejectOnFailure` asks for that.
 *
 * @param command The program and its arguments; bytes where an argument is not UTF-8.
 */
export function run(
  command: readonly (string | Uint8Array)[],
  options: RunOptions & { capture: true },
): Running<CapturedResult>;
export function run(command: readonly (string | Uint8Array)[], options?: RunOptions): Running;
export function run(command: readonly (string | Uint8Array)[], options: RunOptions = {}): Running {
  const listeners = Listeners.ofRun();
  try {
    const {
      rejectOnFailure = false,
      capture: isCaptured = false,
      maxCaptureBytes = defaultMaxCaptureBytes,
      ...others
    } = checked(runOptions, options);
    const { signal } = others;
    const ending = new Ending(signal);
    const capture = isCaptured ? new Capture(maxCaptureBytes, others.onOutput) : undefined;
    const executed = start(
      checked(commandSchema, command, 'command'),
      capture ? { ...others, onOutput: capture.onOutput } : others,
      listeners,
    );
    const result = executed.result
      .then((result) => capture?.addTo(result) ?? result)
      .then((result) => ending.unlessAborted(result))
      .then(rejectOnFailure ? unlessFailed : undefined);
    const started = new RunHandle(result, executed, listeners, (graceMs) => {
      ending.request('program');
      executed.stop(graceMs);
    });
    watchTasks(executed, listeners);
    const close = () => listeners.close();
    // After the last events of tasks, which are emitted with the result.
    executed.result.then(close, close);
    if (signal) endWith(signal, executed, ending);
    return started;
  } catch (error) {
    listeners.close();
    return new RunHandle(Promise.reject(error), undefined, listeners);
  }
}

function start(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  listeners: Listeners<RunEvents>,
): Executed {
  return execute(
    command,
    options,
    { standsIn: false, ownDescriptors: [] },
    {
      onWarn: (text, alarm) => listeners.emit('warn', warnEvent(text, alarm)),
      onLimit: (messages, alarm, { dumpFile, summaryFile }) =>
        listeners.emit('limit', {
          ...limitEvent(messages, alarm),
          ...(dumpFile !== undefined && { dumpFile }),
          ...(summaryFile !== undefined && { summaryFile }),
        }),
    },
  );
}

/** Whether the signal of a run or the program was the first to request its end. */
class Ending {
  readonly #signal: AbortSignal | undefined;
  #requestedBy: 'signal' | 'program' | undefined;
  /** Nothing is started then. */
  readonly #wasAborted: boolean;

  /** To be made before the start. */
  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#wasAborted = signal?.aborted === true;
  }

  request(by: 'signal' | 'program'): void {
    this.#requestedBy ??= by;
  }

  /** @throws AbortError */
  unlessAborted(result: Result): Result {
    const isEnded = this.#requestedBy === 'signal' && result.exit.cause === 'aborted';
    if (!this.#wasAborted && !isEnded) return result;
    throw new AbortError(result, { cause: this.#signal?.reason });
  }
}

function unlessFailed(result: Result): Result {
  if (hasFailed(result)) throw new RunFailed(result);
  return result;
}

/** A signal may live longer than many runs, and must not hold on to them. */
function endWith(signal: AbortSignal, executed: Executed, ending: Ending): void {
  const end = () => {
    ending.request('signal');
    executed.stop();
  };
  const leave = () => signal.removeEventListener('abort', end);
  signal.addEventListener('abort', end);
  executed.result.then(leave, leave);
}
