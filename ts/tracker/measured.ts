/** Runs a command through the addon, which starts and samples it. */
import { constants } from 'node:os';
import type { Addon, RunEnd } from '../native/addon.js';
import { fromStart, NotStarted } from '../native/errors.js';
import type { Outcome } from './outcome.js';
import type { CgroupUse, Metric } from './rules.js';

export interface Start {
  command: readonly (string | Uint8Array)[];
  cwd?: string;
  env?: Record<string, string>;
  intervalMs?: number;
  metric?: Metric;
  cgroup?: CgroupUse;
  trace?: 'auto' | 'on' | 'off';
  /**
   * Whether this process is there for the command alone and has no other children: signals to it
   * reach the command, and orphans of the command become its children.
   */
  standsIn: boolean;
  /** Descriptors that this process has opened for itself. */
  ownDescriptors: number[];
}

export async function runMeasured(addon: Addon, start: Start): Promise<Outcome> {
  let run: InstanceType<Addon['NativeRun']>;
  try {
    run = new addon.NativeRun({
      ...start,
      command: start.command.map((argument) =>
        typeof argument === 'string' ? argument : Buffer.from(argument),
      ),
    });
  } catch (error) {
    const reason = fromStart(error);
    if (reason instanceof NotStarted) return notStarted(reason);
    throw reason;
  }
  return fromEnd(await run.ended());
}

function notStarted({ code, message }: NotStarted): Outcome {
  const exitCode = { CommandNotFound: 127, CommandNotExecutable: 126, SystemError: 125 }[code];
  return {
    exit: { code: exitCode, signal: null, cause: 'not-started', message },
    durationMs: 0,
    measured: { unavailable: 'the command did not start' },
    remarks: [],
  };
}

function fromEnd(end: RunEnd): Outcome {
  const exit: Outcome['exit'] =
    end.signal === undefined
      ? { code: end.code ?? null, signal: null, cause: 'exit' }
      : { code: null, signal: signalName(end.signal), cause: 'signal' };
  return {
    exit,
    durationMs: end.durationMs,
    measured:
      end.tree && end.sampling
        ? {
            tree: end.tree,
            sampling: end.sampling,
            missedBytes: end.missedBytes,
            ceilingBytes: end.ceilingBytes,
            ...(end.group && { group: end.group }),
            noGroupBecause: end.noGroupBecause,
          }
        : { unavailable: end.unmeasuredBecause ?? 'nothing was measured' },
    remarks: end.remarks,
  };
}

/** `SIGKILL` for 9; real-time signals have numbers only, as in `SIG40`. */
function signalName(number: number): string {
  for (const [name, value] of Object.entries(constants.signals)) {
    if (value === number) return name;
  }
  return `SIG${number}`;
}
