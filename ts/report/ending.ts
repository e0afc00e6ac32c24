/** Why a run ended, where the exit code does not say it, and what to do about it. */
import { basename } from 'node:path';
import type { Guard, Oom, Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { heapAdvice } from './heap-advice.js';
import { fitted, plainText } from './plain-text.js';
import { programName } from './process-name.js';

export interface Ending {
  /** What happened, as a sentence without its full stop. */
  readonly what: string;
  /** What to do, in one or two sentences. */
  readonly advice?: string;
}

/** The exit code of shells and containers for a process killed by SIGKILL: 128 + 9. */
const killedCode = 137;
const longestGroup = 30;
const longestName = 30;
const runWithLess = 'let it run with less: fewer jobs at once, a smaller heap';

/** Undefined for a run that exited, or that was ended by a signal that needs no explanation. */
export function endingOf(result: Result): Ending | undefined {
  const { cause, message } = result.exit;
  switch (cause) {
    case 'guard':
      return ofGuard(result);
    case 'timeout':
      return {
        what: `timed out after ${formatDuration(result.run.durationMs)}`,
        advice: 'Allow longer with --timeout.',
      };
    case 'aborted':
      return { what: plainText(message ?? 'ended by the program that ran it') };
    case 'not-started':
      return undefined;
    case 'oom-kernel':
    case 'oom-heap':
      if (!result.oom) return { what: plainText(message ?? 'memory had run out') };
  }
  return result.oom ? ofOom(result, result.oom) : withoutEvidence(result);
}

/** Whether memtop or a lack of memory ended it, which is printed even without a summary. */
export function isCutShort({ exit, oom }: Result): boolean {
  return oom !== undefined || !['exit', 'signal', 'not-started', 'unknown'].includes(exit.cause);
}

/** Both in one text. */
export function endingText({ what, advice }: Ending): string {
  return advice === undefined ? what : `${what}. ${advice}`;
}

function ofGuard(result: Result): Ending {
  const { guard, who } = actingGuard(result);
  if (!guard) return { what: `${who}ended by the guard` };
  const { bytes, reason, limitBytes, summaryFile, group } = guard;
  const place = group === undefined ? 'the machine' : `the group ${tail(plainText(group))}`;
  const had = bytes === undefined ? '' : `: it had ${formatBytes(bytes)}`;
  const limit = limitBytes === undefined ? 'its limit' : `its limit of ${formatBytes(limitBytes)}`;
  const why = {
    limit: had === '' ? `: it was past ${limit}` : `${had}, past ${limit}`,
    machine: `${had === '' ? ':' : `${had}, and`} ${place} was running out of memory`,
  };
  const written =
    summaryFile === undefined ? '' : ` Crash report: ${plainText(basename(summaryFile))}`;
  const remedy =
    reason === 'limit'
      ? 'Raise --limit, or lift it with --no-guard.'
      : 'Run on regardless with --no-guard.';
  return {
    what: `${who}ended by the guard${reason === undefined ? had : why[reason]}`,
    advice: `${remedy}${written}`,
  };
}

/** The guard that acted: that of a task, or that of the run. */
function actingGuard({ guard, tasks }: Result): { guard: Guard | undefined; who: string } {
  const task = tasks?.find(({ exit }) => exit?.cause === 'guard');
  if (!task || guard?.action === 'terminated') return { guard, who: '' };
  return { guard: task.guard, who: `${plainText(task.id)} was ` };
}

function ofOom(result: Result, oom: Oom): Ending {
  const perhaps = oom.evidence === 'likely' ? 'probably ' : '';
  if (oom.kind === 'heap') {
    const { heapLimitBytes } = oom;
    const limit = heapLimitBytes === undefined ? '' : ` (limit ${formatBytes(heapLimitBytes)})`;
    return {
      what: `${victimName(oom) ?? 'one of its processes'} ${perhaps}ran out of its heap${limit}`,
      advice: heapAdvice(heapLimitBytes, result.run.host.memoryBytes),
    };
  }
  // Without an exit code the command itself was killed, else a process below it.
  const place = oom.by === 'machine' ? 'the machine' : 'the group';
  const killed = result.exit.code === null ? 'killed' : 'one of its processes was killed';
  return {
    what: `${perhaps}${killed} by the kernel: ${exhausted(oom)}; ${largest(result, oom)}`,
    advice: `Give ${place} more memory, or ${runWithLess}.`,
  };
}

function exhausted({ by, group, limitBytes }: Oom): string {
  const limit = limitBytes === undefined ? '' : ` (limit ${formatBytes(limitBytes)})`;
  const path = group === undefined ? '' : ` ${tail(plainText(group))}`;
  if (by === 'group') return `out of memory in the group of the run${path}${limit}`;
  if (by === 'enclosing-group') return `out of memory in the group around it${path}${limit}`;
  return `the machine was out of memory${limit}`;
}

function largest({ largestProcess }: Result, oom: Oom): string {
  const victim = victimName(oom);
  if (victim !== undefined) return `it took ${victim}${inBrackets(oom.victim?.bytes)}`;
  if (!largestProcess) return 'which process was large is unknown';
  const { bytes } = largestProcess;
  return `the largest process was ${shortName(largestProcess)}${inBrackets(bytes)}`;
}

function inBrackets(bytes: number | undefined): string {
  return bytes === undefined ? '' : ` (${formatBytes(bytes)})`;
}

function victimName({ victim }: Oom): string | undefined {
  return victim && shortName(victim);
}

function shortName(process: Parameters<typeof programName>[0]): string {
  return fitted(plainText(programName(process)), longestName);
}

/** The end of a path says more than its start. */
function tail(path: string): string {
  return path.length <= longestGroup ? path : `…${path.slice(path.length - longestGroup + 1)}`;
}

/** A command that was killed for no known reason. */
function withoutEvidence({ exit, sampling, cgroup }: Result): Ending | undefined {
  const isKilled = exit.signal === 'SIGKILL';
  if (!isKilled && exit.code !== killedCode) return undefined;
  const how = isKilled
    ? 'killed by SIGKILL, sender unknown'
    : `exited with ${killedCode}, which usually means that one of its processes was killed by ` +
      'SIGKILL, sender unknown';
  if (sampling.method === 'unavailable') return { what: how };
  const kills = cgroup?.oomKills ?? 0;
  const trace =
    kills > 0
      ? `the kernel killed ${kills} in its group when memory ran out`
      : 'no trace of memory having run out';
  return { what: `${how}; ${trace}` };
}
