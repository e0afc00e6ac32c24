/** The messages on standard error when the guard ends a run. */
import { formatBytes } from '../bytes.js';
import { plainText } from '../plain-text.js';
import { likelyCauses } from './causes.js';
import type { Crash } from './crash.js';

/** The files that were written. */
export interface CrashFiles {
  readonly dumpFile?: string;
  readonly summaryFile?: string;
  /** Why one or both are missing. */
  readonly problem?: string;
}

/** The size, the path of the dump if one was wanted, and the likely cause. */
export function guardMessages(
  crash: Crash,
  files: CrashFiles | undefined,
): [size: string, ...others: string[]] {
  const [cause] = likelyCauses(crash);
  return [sizeText(crash), ...(files ? [filesText(files)] : []), `likely cause: ${cause}`];
}

/** The memory of the tree, and the limit that it exceeded. */
export function sizeText(crash: Crash): string {
  const { bytes, limitBytes, reason, memory, processes, task, endsTaskAlone } = crash;
  const ends = `the guard ends ${endsTaskAlone ? plainText(task) : 'the run'}`;
  const count = processes.length === 1 ? '1 process' : `${processes.length} processes`;
  const had = `${formatBytes(bytes)} in ${count}`;
  if (reason === 'limit') {
    const limit = limitBytes === undefined ? '' : ` of ${formatBytes(limitBytes)}`;
    return `${ends}: it has ${had}, past its limit${limit}`;
  }
  const { machineAvailableBytes: available, machineTotalBytes: total } = memory;
  const left =
    available === undefined
      ? 'the machine is out of memory'
      : roomText(available, total, memory.limitedBy);
  return `${ends}: it has ${had}, and ${left}`;
}

function roomText(available: number, total: number | undefined, group: string | undefined): string {
  const all = total === undefined ? '' : ` of ${formatBytes(total)}`;
  const place = group === undefined ? 'the machine' : `the group ${plainText(group)}`;
  return `${place} has only ${formatBytes(available)}${all} left`;
}

function filesText({ dumpFile, summaryFile, problem }: CrashFiles): string {
  const why = problem === undefined ? '' : ` (${plainText(problem)})`;
  if (dumpFile !== undefined) return `crash report: ${plainText(dumpFile)}${why}`;
  return summaryFile === undefined
    ? `no crash dump could be written${why}`
    : `crash report: ${plainText(summaryFile)}, without a dump${why}`;
}
