/** Why a run ended, where that is not for everybody to see, and what to do about it. */
import { basename } from 'node:path';
import type { Guard, Oom, Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { heapAdvice } from './heap-advice.js';
import { fitted, plainText } from './plain-text.js';
import { programName } from './process-name.js';

export interface Ending {
  /** What happened: a sentence without its end. */
  readonly what: string;
  /** What to do: one sentence or two. */
  readonly advice?: string;
}

/** What shells and containers give back for a process that was killed: 128 and SIGKILL's 9. */
const killedCode = 137;
const longestGroup = 30;
const longestName = 30;
const runWithLess = 'let it run with less: fewer jobs at once, a smaller heap';

/** Nothing for a run that simply ended, of itself or by a signal that says all there is to say. */
export function endingOf(result: Result): Ending | undefined {
  const { cause, message } = result.exit;
  switch (cause) {
    case 'guard':
      return ofGuard(result);
    case 'timeout':
      return {
        what: `ended after ${formatDuration(result.run.durationMs)}, as its time was over`,
        advice: '--timeout allows longer.',
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

/** Whether it was ended by memtop or for want of memory: said also where no summary is wanted. */
export function isCutShort({ exit, oom }: Result): boolean {
  return oom !== undefined || !['exit', 'signal', 'not-started', 'unknown'].includes(exit.cause);
}

/** Both in one text, as people read it. */
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
    summaryFile === undefined ? '' : ` What it was is in ${plainText(basename(summaryFile))}`;
  const remedy =
    reason === 'limit' ? '--limit allows more, --no-guard anything.' : '--no-guard lets it go on.';
  return {
    what: `${who}ended by the guard${reason === undefined ? had : why[reason]}`,
    advice: `${remedy}${written}`,
  };
}

/** The guard of a task, where it was that. */
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
      what: `${victimName(oom) ?? 'a process of it'} ${perhaps}ran out of its heap${limit}`,
      advice: heapAdvice(heapLimitBytes, result.run.host.memoryBytes),
    };
  }
  // A signal ended the command itself; else a process below it was killed, and the command told so.
  const killed = result.exit.code === null ? 'killed' : 'a process of it was killed';
  return {
    what: `${perhaps}${killed} by the kernel: ${exhausted(oom)}; ${largest(result, oom)}`,
    advice: `Give ${oom.by === 'machine' ? 'the machine' : 'the group'} more memory, or ${runWithLess}.`,
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

/** A path's end tells more than its start. */
function tail(path: string): string {
  return path.length <= longestGroup ? path : `…${path.slice(path.length - longestGroup + 1)}`;
}

/** A command that was killed, and nobody has said why. */
function withoutEvidence({ exit, sampling, cgroup }: Result): Ending | undefined {
  const isKilled = exit.signal === 'SIGKILL';
  if (!isKilled && exit.code !== killedCode) return undefined;
  const how = isKilled
    ? 'killed by SIGKILL, by whom is unknown'
    : `ended with ${killedCode}, which as a rule tells that SIGKILL ended a process of it, ` +
      'by whom is unknown';
  if (sampling.method === 'unavailable') return { what: how };
  const kills = cgroup?.oomKills ?? 0;
  const trace =
    kills > 0
      ? `the kernel has killed ${kills} in its group for want of memory`
      : 'a lack of memory has left no trace';
  return { what: `${how}; ${trace}` };
}
