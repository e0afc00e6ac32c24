/** What probably used up the memory, judged by the processes and the growth. */
import { formatBytes } from '../bytes.js';
import { formatDuration } from '../duration.js';
import { plainText } from '../plain-text.js';
import { programName } from '../process-name.js';
import type { Crash, CrashProcess } from './crash.js';

/** This many processes of a name are usually a configured number of jobs. */
const many = 8;
/** No build nests deeper. */
const deep = 16;
/** A group with less than this share of the sum explains nothing. */
const worthNaming = 0.1;
const groupsNamed = 3;
const growthMs = 10_000;

interface Group {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}

/** Sentences without a full stop, the likeliest first; at least one. */
export function likelyCauses(crash: Crash): string[] {
  const groups = groupsOf(crash.processes);
  if (groups.length === 0) return ['no process was seen that had memory'];
  const sum = groups.reduce((total, { bytes }) => total + bytes, 0);
  const large = groups.filter(({ bytes }, index) => index === 0 || bytes >= sum * worthNaming);
  return [
    ...recursion(crash.processes),
    ...large.slice(0, groupsNamed).map(groupText),
    ...growth(crash.timeline),
  ];
}

function groupsOf(processes: readonly CrashProcess[]): Group[] {
  const groups = new Map<string, { name: string; count: number; bytes: number }>();
  for (const process of processes) {
    const name = programName(process);
    const group = groups.get(name) ?? { name, count: 0, bytes: 0 };
    group.count += 1;
    group.bytes += process.bytes;
    groups.set(name, group);
  }
  return [...groups.values()].sort((one, other) => other.bytes - one.bytes);
}

function groupText({ name, count, bytes }: Group): string {
  const text = `${plainText(name)} has ${formatBytes(bytes)} in ${processes(count)}`;
  return count < many ? text : `${text}: that many at once may be too many`;
}

function processes(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`;
}

/** Processes of a name that start each other. */
function recursion(all: readonly CrashProcess[]): string[] {
  const byPid = new Map(all.map((process) => [process.pid, process]));
  const depths = new Map<CrashProcess, number>();
  let deepest: { name: string; depth: number } | undefined;
  for (const process of all) {
    const depth = ownDepth(process, byPid, depths);
    if (depth > (deepest?.depth ?? 0)) deepest = { name: process.name, depth };
  }
  if (!deepest || deepest.depth < deep) return [];
  return [`${plainText(deepest.name)} starts itself, ${deepest.depth} deep: a recursion`];
}

/** The number of consecutive ancestors of the same name, including the process itself. */
function ownDepth(
  process: CrashProcess,
  byPid: ReadonlyMap<number, CrashProcess>,
  depths: Map<CrashProcess, number>,
): number {
  const chain: CrashProcess[] = [];
  const visited = new Set<CrashProcess>();
  let at: CrashProcess | undefined = process;
  while (at && at.name === process.name && !depths.has(at) && !visited.has(at)) {
    visited.add(at);
    chain.push(at);
    at = byPid.get(at.parentPid);
  }
  let depth = at && at.name === process.name ? (depths.get(at) ?? 0) : 0;
  for (const one of chain.reverse()) {
    depth += 1;
    depths.set(one, depth);
  }
  return depth;
}

/** The growth of the last seconds, if it is at least half of the sum. */
function growth({ atMs, bytes }: Crash['timeline']): string[] {
  const [endMs, last] = [atMs.at(-1), bytes.at(-1)];
  if (endMs === undefined || last === undefined) return [];
  const from = atMs.findIndex((at) => at >= endMs - growthMs);
  const [startMs = endMs, first = last] = [atMs[from], bytes[from]];
  const grown = last - first;
  if (grown <= 0 || grown < last / 2) return [];
  return [`it grew by ${formatBytes(grown)} in the last ${formatDuration(endMs - startMs)}`];
}
