/** Runs a command through the addon, which starts and samples it. */
import type { Addon, RunEnd } from '../../native/addon.js';
import { definedOnly } from '../../native/defined-only.js';
import { fromStart, NotStarted } from '../../native/errors.js';
import type { CrashFiles } from '../../report/crash/messages.js';
import { type OnOutput, Pieces } from '../api/pieces.js';
import { Alarms, type GuardListener } from './alarms.js';
import { type Execution, notStarted } from './execution.js';
import { withSizes } from './native-sizes.js';
import { outcomeOf } from './run-end.js';
import type { Start } from './start.js';

export type NativeRun = InstanceType<Addon['NativeRun']>;

/** Called while the command runs. */
export interface RunListener extends GuardListener {
  output?: OnOutput;
  started?(addon: Addon, run: NativeRun): void;
}

export function runMeasured(addon: Addon, start: Start, listener: RunListener): Execution {
  const alarms = new Alarms(listener);
  return beginNative((pieces) => new addon.NativeRun(nativeOptions(start), alarms.take, pieces), {
    output: listener.output,
    started: (run) => listener.started?.(addon, run),
    files: (end) => alarms.files(end),
  });
}

interface NativeListener {
  output: OnOutput | undefined;
  started?(run: NativeRun): void;
  /** The files of a crash, which belong to the outcome. */
  files?(end: RunEnd): Promise<CrashFiles> | undefined;
}

/** Runs a command that the addon starts when `start` is called. */
export function beginNative(
  start: (pieces: Pieces['take'] | undefined) => NativeRun,
  { output, started, files }: NativeListener,
): Execution {
  const pieces = output && new Pieces(output);
  let run: NativeRun;
  try {
    run = start(pieces?.take);
  } catch (error) {
    const reason = fromStart(error);
    if (reason instanceof NotStarted) return notStarted(exitCodes[reason.code], reason.message);
    throw reason;
  }
  started?.(run);
  return {
    pid: run.pid,
    stop: (graceMs) => run.stop(graceMs),
    tasks: () => run.tasks(),
    snapshot: () => run.snapshot() ?? undefined,
    show: (lines) => run.show(lines),
    say: (text) => run.say(text),
    viewSize: () => run.viewSize() ?? undefined,
    typeIn: (bytes) => run.typeIn(Buffer.from(bytes)),
    resize: (size) => run.resize(size),
    outcome: run.ended().then(async (end) => {
      const kept = files?.(end);
      await pieces?.all(end.pieces);
      return outcomeOf(end, await kept);
    }),
  };
}

const exitCodes = { CommandNotFound: 127, CommandNotExecutable: 126, SystemError: 125 } as const;

function nativeOptions(start: Start): ConstructorParameters<Addon['NativeRun']>[0] {
  const { command, cwd, env, streams, size, samplesFile, ...session } = start;
  return {
    command: { command: nativeArguments(command), ...definedOnly({ cwd, env, streams, size }) },
    session: withSizes(session),
    ...definedOnly({ samplesFile }),
  };
}

export function nativeArguments(command: Start['command']): (string | Buffer)[] {
  return command.map((word) => (typeof word === 'string' ? word : Buffer.from(word)));
}
