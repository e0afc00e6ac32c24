/** Records a run in the store, on a thread that is waited for only at the end, and not for long. */
import { messageOf } from '../../errors.js';
import type { Addon } from '../../native/addon.js';
import { packageVersion } from '../../package.js';
import type { Result } from '../../result/types.js';
import type { RunFacts } from '../result/result.js';
import { storedCommand } from '../result/stored-command.js';

type NativeRecorder = InstanceType<Addon['NativeRecorder']>;

/** After this a store that does not answer is given up. */
const waitMs = 5000;

export class Recording {
  readonly #file: string;
  readonly #start: Parameters<Addon['NativeRecorder']['ofRun']>[0];
  #native: NativeRecorder | undefined;
  /** Why it is not recorded, if not because of the store. */
  #problem: string | undefined;

  constructor(file: string, { id, label, command, cwd, startedAt, host }: RunFacts) {
    this.#file = file;
    this.#start = {
      file,
      id,
      ...(label !== undefined && { label }),
      command: JSON.stringify(storedCommand(command)),
      ...(cwd !== undefined && { cwd }),
      startedAt,
      host: JSON.stringify(host),
      memtopVersion: packageVersion,
    };
  }

  beginRun({ NativeRecorder }: Addon, run: InstanceType<Addon['NativeRun']>): void {
    this.#begin(() => NativeRecorder.ofRun(this.#start, run));
  }

  /** For a run that a child process measures. */
  beginElsewhere({ NativeRecorder }: Addon, run: InstanceType<Addon['NativeRun']>): void {
    this.#begin(() => NativeRecorder.elsewhere(this.#start, run));
  }

  beginBundle({ NativeRecorder }: Addon, bundle: InstanceType<Addon['NativeBundle']>): void {
    this.#begin(() => NativeRecorder.ofBundle(this.#start, bundle));
  }

  /** Hands over the result. Does not wait for the store. */
  finish(result: Result): void {
    const { run, exit, peak } = result;
    this.#attempt(() =>
      this.#native?.finish({
        endedAt: run.endedAt,
        durationMs: run.durationMs,
        ...(exit.code !== null && { exitCode: exit.code }),
        ...(exit.signal !== null && { signal: exit.signal }),
        cause: exit.cause,
        ...(peak && { peakBytes: peak.bytes, peakMetric: peak.metric }),
        result: JSON.stringify(result, withoutSecrets),
      }),
    );
  }

  /** The store; undefined where nothing is recorded. */
  get file(): string | undefined {
    return this.#native && this.#file;
  }

  /** Waits until all is written, and returns what could not be. */
  trouble(): string | undefined {
    const trouble = this.#attempt(() => this.#native?.wait(waitMs));
    if (this.#problem !== undefined) return `the run is not recorded: ${this.#problem}`;
    if (!trouble) return undefined;
    const { isWholeRun, reason } = trouble;
    return isWholeRun
      ? `the run is not recorded: ${reason}`
      : `the run is recorded, but not its whole timeline: ${reason}`;
  }

  #begin(record: () => NativeRecorder): void {
    this.#native = this.#attempt(record);
  }

  /** The command is running, or has ended with a result: neither may depend on this. */
  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.#problem ??= messageOf(error);
      return undefined;
    }
  }
}

/** Command lines hold passwords and tokens, and a store is kept for long. */
export function withoutSecrets(key: string, value: unknown): unknown {
  return key === 'command' && Array.isArray(value) ? storedCommand(value) : value;
}
