/** Runs a command through the addon, which starts and samples it. */
import type { Addon, AlarmRecord, GuardEnd, RunEnd } from '../../native/addon.js';
import { fromStart, NotStarted } from '../../native/errors.js';
import type { CrashFiles } from '../../report/crash/messages.js';
import type { Exit, ExitCause, Guard, Oom } from '../../result/types.js';
import { definedOnly } from '../api/defined-only.js';
import { type OnOutput, Pieces } from '../api/pieces.js';
import { type Execution, notStarted } from './execution.js';
import { withSizes } from './native-sizes.js';
import type { Measured, Outcome } from './outcome.js';
import { signalName } from './signal-name.js';
import type { Start } from './start.js';

export type NativeRun = InstanceType<Addon['NativeRun']>;

/** What is told while the command runs. */
export interface RunListener {
  output?: OnOutput;
  started?(addon: Addon, run: NativeRun): void;
  warned(alarm: AlarmRecord): void;
  /** The run is being ended. What this gives back becomes part of the result. */
  limited(alarm: AlarmRecord): Promise<CrashFiles>;
}

export function runMeasured(addon: Addon, start: Start, listener: RunListener): Execution {
  let files: Promise<CrashFiles> | undefined;
  const onAlarm = (alarm: AlarmRecord) => {
    if (alarm.level === 'warn') listener.warned(alarm);
    else files ??= listener.limited(alarm);
  };
  return beginNative((pieces) => new addon.NativeRun(nativeOptions(start), onAlarm, pieces), {
    output: listener.output,
    started: (run) => listener.started?.(addon, run),
    // With JavaScript held up, the end may be heard of first.
    async files(end) {
      if (end.guard?.alarm) onAlarm(end.guard.alarm);
      return files;
    },
  });
}

interface Begun {
  output: OnOutput | undefined;
  started?(run: NativeRun): void;
  files?(end: RunEnd): Promise<CrashFiles | undefined>;
}

/** A command that `start` has the addon start. */
export function beginNative(
  start: (pieces: Pieces['take'] | undefined) => NativeRun,
  { output, started, files }: Begun,
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
      return fromEnd(end, await kept);
    }),
  };
}

const exitCodes = { CommandNotFound: 127, CommandNotExecutable: 126, SystemError: 125 } as const;

function nativeOptions(start: Start): ConstructorParameters<Addon['NativeRun']>[0] {
  const { command, cwd, env, streams, size, samplesFile, ...session } = start;
  return {
    command: { command: nativeWords(command), ...definedOnly({ cwd, env, streams, size }) },
    session: withSizes(session),
    ...definedOnly({ samplesFile }),
  };
}

export function nativeWords(command: Start['command']): (string | Buffer)[] {
  return command.map((word) => (typeof word === 'string' ? word : Buffer.from(word)));
}

export function fromEnd(end: RunEnd, files: CrashFiles | undefined): Outcome {
  const { process, survivors } = end;
  const guard = guardOf(end, files);
  const oom = oomOf(end);
  return {
    exit: exitOf(end),
    durationMs: end.durationMs,
    ...(process && { process }),
    ...(guard && { guard }),
    ...(oom && { oom }),
    ...(survivors.length > 0 && {
      survivors: survivors.map(({ pid, name, command, bytes, rssBytes }) => ({
        pid,
        name,
        command,
        bytes,
        rssBytes,
      })),
    }),
    measured: measuredOf(end),
    remarks: [...end.remarks, ...leftOver(end)],
  };
}

function exitOf(end: RunEnd): Exit {
  const { code = null, signal: number } = end;
  const signal = number === undefined ? null : signalName(number);
  return { code, signal, cause: causeOf(end) };
}

/** What the addon calls a reason, and what the result calls it. */
export const stopReasons = { guard: 'guard', timeout: 'timeout', request: 'aborted' } as const;

function causeOf({ code, signal, stopped, outOfMemory }: RunEnd): ExitCause {
  if (stopped) return stopReasons[stopped.reason];
  // A command that copes with the loss of a process has not failed.
  if (outOfMemory && code !== 0) return `oom-${outOfMemory.kind}`;
  if (signal !== undefined) return 'signal';
  return code === undefined ? 'unknown' : 'exit';
}

function measuredOf(end: RunEnd): Outcome['measured'] {
  const { tree, sampling } = end;
  if (!tree || !sampling) {
    return { unavailable: end.unmeasuredBecause ?? 'nothing was measured' };
  }
  const measured: Measured = {
    tree,
    ...(end.found && { found: end.found }),
    sampling,
    missedBytes: end.missedBytes,
    ceilingBytes: end.ceilingBytes,
    ...(end.group && { group: end.group }),
    noGroupBecause: end.noGroupBecause,
    ...(end.traced && { traced: end.traced }),
    untracedBecause: end.untracedBecause,
  };
  return measured;
}

function guardOf({ guard, stopped }: RunEnd, files: CrashFiles | undefined): Guard | undefined {
  return guard && { ...guardResult(guard, stopped), ...filesOf(files) };
}

function filesOf(files: CrashFiles | undefined) {
  return {
    ...(files?.dumpFile !== undefined && { dumpFile: files.dumpFile }),
    ...(files?.summaryFile !== undefined && { summaryFile: files.summaryFile }),
  };
}

/** What a guard did: it may have ended what it guards, or have told of the limit alone. */
export function guardResult(
  { warned, warnBytes, limitBytes, alarm }: GuardEnd,
  stopped: RunEnd['stopped'],
): Guard {
  const ended = alarm && stopped?.reason === 'guard' ? stopped : undefined;
  return {
    warned,
    ...(warnBytes !== undefined && { warnBytes }),
    ...(limitBytes !== undefined && { limitBytes }),
    action: ended ? 'terminated' : 'none',
    ...(alarm && {
      reason: alarm.room ? 'machine' : 'limit',
      bytes: alarm.bytes,
      atMs: alarm.atMs,
      ...(alarm.room?.group !== undefined && { group: alarm.room.group }),
    }),
    ...(ended && { ended: ended.ended, tookMs: ended.tookMs }),
  };
}

function oomOf({ outOfMemory }: RunEnd): Oom | undefined {
  if (!outOfMemory) return undefined;
  const { kind, by, group, limitBytes, heapLimitBytes, victim, isExact } = outOfMemory;
  return {
    kind,
    by,
    ...(group !== undefined && { group }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(heapLimitBytes !== undefined && { heapLimitBytes }),
    ...(victim && { victim }),
    evidence: isExact ? 'exact' : 'likely',
  };
}

/** Those of what was ended who could not be. */
export function leftOver({ stopped }: Pick<RunEnd, 'stopped'>): string[] {
  return (stopped?.failed ?? []).map(
    ({ pid, reason }) => `process ${pid} is still there: ${reason}`,
  );
}
