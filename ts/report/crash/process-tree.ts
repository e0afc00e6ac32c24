/** Processes below those that started them, as a dump holds them. */
import type { CrashProcess } from './crash.js';
import { redactedCommand, redactedText } from './redact.js';

/** A loop that starts processes makes tens of thousands; the largest tell what is to be told. */
const mostProcesses = 500;
/** A recursion makes them thousands deep, deeper than JSON can be written and read. */
const deepest = 50;

export interface DumpedProcess {
  kind: 'process';
  pid: number;
  parentPid: number;
  name: string;
  command: string[];
  /** What it adds to the sum. */
  bytes: number;
  rssBytes: number;
  startedAtMs: number;
  children: DumpedProcess[];
}

export interface DumpedTask {
  kind: 'task';
  id: string;
  /** Of all its processes. */
  bytes: number;
  processCount: number;
  /** Those that nobody in here has started, each with those that it has started. */
  processes: DumpedProcess[];
  /** Those that would be too many, together. */
  omitted?: { processCount: number; bytes: number };
}

/** The tasks in the order of their first processes, with the largest processes first. */
export function taskTrees(processes: readonly CrashProcess[]): DumpedTask[] {
  const byTask = new Map<string, CrashProcess[]>();
  for (const process of processes) {
    const those = byTask.get(process.task);
    if (those) those.push(process);
    else byTask.set(process.task, [process]);
  }
  return [...byTask].map(([id, those]) => taskTree(id, those));
}

export function bytesOf(processes: readonly CrashProcess[]): number {
  return processes.reduce((sum, process) => sum + process.bytes, 0);
}

function taskTree(id: string, processes: readonly CrashProcess[]): DumpedTask {
  const ordered = processes.toSorted(
    (one, other) => other.bytes - one.bytes || one.pid - other.pid,
  );
  const rest = ordered.slice(mostProcesses);
  return {
    kind: 'task',
    id,
    bytes: bytesOf(processes),
    processCount: processes.length,
    processes: nested(ordered.slice(0, mostProcesses)),
    ...(rest.length > 0 && { omitted: { processCount: rest.length, bytes: bytesOf(rest) } }),
  };
}

/** What is too deep stands at the depth that is left; `parentPid` still tells whose it is. */
function nested(processes: readonly CrashProcess[]): DumpedProcess[] {
  const dumped = new Map(processes.map((process) => [process.pid, dumpedProcess(process)]));
  const roots: DumpedProcess[] = [];
  for (const process of dumped.values()) {
    const way = ancestors(process, dumped);
    const parent = way.length < deepest ? way[0] : way.at(-deepest);
    (parent?.children ?? roots).push(process);
  }
  return roots;
}

/** The nearest first; nobody is their own ancestor, whatever the pids say. */
function ancestors(
  process: DumpedProcess,
  dumped: ReadonlyMap<number, DumpedProcess>,
): DumpedProcess[] {
  const way = new Set<DumpedProcess>();
  let parent = dumped.get(process.parentPid);
  while (parent && parent !== process && !way.has(parent)) {
    way.add(parent);
    parent = dumped.get(parent.parentPid);
  }
  return parent === undefined ? [...way] : [];
}

function dumpedProcess(process: CrashProcess): DumpedProcess {
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
    children: [],
  };
}
