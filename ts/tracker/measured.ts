/** Runs a command through the addon, which starts and samples it. */
import { constants } from 'node:os';
import type { Addon, AlarmRecord, RunEnd } from '../native/addon.js';
import { fromStart, NotStarted } from '../native/errors.js';
import type { CrashFiles } from '../report/crash/messages.js';
import type { Result } from '../result/types.js';
import { type Execution, notStarted } from './execution.js';
import type { Measured, Outcome } from './outcome.js';
import { Pieces } from './pieces.js';
import type { Size } from './size.js';
import type { Start } from './start.js';

export type OnOutput = (piece: Uint8Array, stream: 'stdout' | 'stderr') => void;

/** What is told while the command runs. */
export interface RunListener {
  output?: OnOutput;
  warned(alarm: AlarmRecord): void;
  /** The run is being ended. What this gives back becomes part of the result. */
  limited(alarm: AlarmRecord): Promise<CrashFiles>;
}

type NativeRun = InstanceType<Addon['NativeRun']>;

export function runMeasured(addon: Addon, start: Start, listener: RunListener): Execution {
  let files: Promise<CrashFiles> | undefined;
  const onAlarm = (alarm: AlarmRecord) => {
    if (alarm.level === 'warn') listener.warned(alarm);
    else files ??= listener.limited(alarm);
  };
  const pieces = listener.output && new Pieces(listener.output);
  let run: NativeRun;
  try {
    run = new addon.NativeRun(nativeOptions(start), onAlarm, pieces?.take);
  } catch (error) {
    const reason = fromStart(error);
    if (reason instanceof NotStarted) return notStarted(exitCodes[reason.code], reason.message);
    throw reason;
  }
  return {
    pid: run.pid,
    stop: (graceMs) => run.stop(graceMs),
    snapshot: () => run.snapshot() ?? undefined,
    outcome: run.ended().then(async (end) => {
      // With JavaScript held up, the end may be heard of first.
      if (end.guard?.alarm) onAlarm(end.guard.alarm);
      await pieces?.all(end.pieces);
      return fromEnd(end, await files);
    }),
  };
}

const exitCodes = { CommandNotFound: 127, CommandNotExecutable: 126, SystemError: 125 } as const;

function nativeOptions(start: Start): ConstructorParameters<Addon['NativeRun']>[0] {
  const { command, warn, limit, ...others } = start;
  return {
    ...others,
    ...(warn !== undefined && { warn: nativeSize(warn) }),
    ...(limit !== undefined && { limit: nativeSize(limit) }),
    command: command.map((argument) =>
      typeof argument === 'string' ? argument : Buffer.from(argument),
    ),
  };
}

export function nativeSize(size: Size): { bytes: number } | { percent: number } {
  return typeof size === 'number' ? { bytes: size } : size;
}

function fromEnd(end: RunEnd, files: CrashFiles | undefined): Outcome {
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
      survivors: survivors.map(({ pid, name, command, rssBytes }) => ({
        pid,
        name,
        command,
        rssBytes,
      })),
    }),
    measured: measuredOf(end),
    remarks: [...end.remarks, ...leftOver(end)],
  };
}

function exitOf(end: RunEnd): Outcome['exit'] {
  const { code = null, signal: number } = end;
  const signal = number === undefined ? null : signalName(number);
  return { code, signal, cause: causeOf(end) };
}

function causeOf({ code, signal, stopped, outOfMemory }: RunEnd): Outcome['exit']['cause'] {
  if (stopped)
    return ({ guard: 'guard', timeout: 'timeout', request: 'aborted' } as const)[stopped.reason];
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

function guardOf({ guard, stopped }: RunEnd, files: CrashFiles | undefined): Result['guard'] {
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
  { warned, warnBytes, limitBytes, alarm }: NonNullable<RunEnd['guard']>,
  stopped: RunEnd['stopped'],
): NonNullable<Result['guard']> {
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

function oomOf({ outOfMemory }: RunEnd): Result['oom'] {
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

/** `SIGKILL` for 9; real-time signals have numbers only, as in `SIG40`. */
function signalName(number: number): string {
  for (const [name, value] of Object.entries(constants.signals)) {
    if (value === number) return name;
  }
  return `SIG${number}`;
}
