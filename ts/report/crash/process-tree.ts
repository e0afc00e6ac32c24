/** The process trees of a crash dump. */
import { redactedCommand, redactedText } from '../../result/redact.js';
import { grouped } from '../grouped.js';
import { processTrees, treeRows } from '../process-tree.js';
import type { CrashProcess } from './crash.js';

/** A loop can start tens of thousands of processes, of which the largest are enough. */
const mostProcesses = 500;
/** A recursion can nest thousands of processes, deeper than JSON can be written and read. */
const deepest = 50;

export interface DumpedProcess {
  kind: 'process';
  pid: number;
  parentPid: number;
  name: string;
  command: string[];
  /** Its share of the sum. */
  bytes: number;
  rssBytes: number;
  startedAtMs: number;
  children: DumpedProcess[];
}

export interface DumpedTask {
  kind: 'task';
  id: string;
  /** Sum of all its processes. */
  bytes: number;
  processCount: number;
  /** The roots of its process trees. */
  processes: DumpedProcess[];
  /** The processes that are left out, as there are too many. */
  omitted?: { processCount: number; bytes: number };
}

/** The tasks in the order of their first processes, each with its largest processes first. */
export function taskTrees(processes: readonly CrashProcess[]): DumpedTask[] {
  return [...grouped(processes, ({ task }) => task)].map(([id, members]) => taskTree(id, members));
}

export function bytesOf(processes: readonly CrashProcess[]): number {
  return processes.reduce((sum, process) => sum + process.bytes, 0);
}

/** The largest first. */
export function bySize(
  one: Pick<CrashProcess, 'bytes' | 'pid'>,
  other: Pick<CrashProcess, 'bytes' | 'pid'>,
): number {
  return other.bytes - one.bytes || one.pid - other.pid;
}

function taskTree(id: string, processes: readonly CrashProcess[]): DumpedTask {
  const ordered = processes.toSorted(bySize);
  const rest = ordered.slice(mostProcesses);
  return {
    kind: 'task',
    id,
    bytes: bytesOf(processes),
    processCount: processes.length,
    processes: noDeeper(processTrees(ordered.slice(0, mostProcesses), dumpedProcess)),
    ...(rest.length > 0 && { omitted: { processCount: rest.length, bytes: bytesOf(rest) } }),
  };
}

/** Moves what is too deep up to the greatest depth; `parentPid` still names the parent. */
function noDeeper(roots: DumpedProcess[]): DumpedProcess[] {
  const lowest: DumpedProcess[] = [];
  for (const { node, depth } of treeRows(roots)) {
    if (depth < deepest - 1) continue;
    node.children = [];
    if (depth === deepest - 1) lowest.push(node);
    else lowest.at(-1)?.children.push(node);
  }
  for (const { children } of lowest) children.sort(bySize);
  return roots;
}

function dumpedProcess(process: CrashProcess, children: DumpedProcess[]): DumpedProcess {
  const { pid, parentPid, name, command, bytes, rssBytes, startedAtMs } = process;
  return {
    kind: 'process',
    pid,
    parentPid,
    name: redactedText(name),
    command: redactedCommand(command),
    bytes,
    rssBytes,
    startedAtMs,
    children,
  };
}
