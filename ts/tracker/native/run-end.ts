/** Makes an outcome of what the addon reports at the end of a run. */
import type { GuardEnd, RunEnd } from '../../native/addon.js';
import type { CrashFiles } from '../../report/crash/messages.js';
import type { Exit, ExitCause, Guard, Oom } from '../../result/types.js';
import type { Measured, Outcome } from './outcome.js';
import { processIdentity } from './process-identity.js';
import { signalName } from './signal-name.js';

export function outcomeOf(end: RunEnd, files: CrashFiles | undefined): Outcome {
  const { process, survivors } = end;
  const guard = guardOf(end, files);
  const oom = oomOf(end);
  return {
    exit: exitOf(end),
    durationMs: end.durationMs,
    ...(process && { process: processIdentity(process) }),
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

/** The addon's reasons for ending a run, and their names in the result. */
export const stopReasons = { guard: 'guard', timeout: 'timeout', request: 'aborted' } as const;

function causeOf({ code, signal, stopped, outOfMemory }: RunEnd): ExitCause {
  if (stopped) return stopReasons[stopped.reason];
  // A command that copes with the loss of a process did not fail.
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
    tracking: end.tracking,
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

/** A guard may have ended the tree, or have reported the limit only. */
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

/** The processes that could not be ended, in words. */
export function leftOver({ stopped }: Pick<RunEnd, 'stopped'>): string[] {
  return (stopped?.failed ?? []).map(
    ({ pid, reason }) => `process ${pid} is still there: ${reason}`,
  );
}
