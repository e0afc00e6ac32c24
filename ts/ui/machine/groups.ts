/** The processes of a machine in groups: containers, services, and the trees of all others. */
import type { ProcessPlace } from '../../inspect/place.js';
import type { ProcessRecord } from '../../inspect/process.js';

/** A process with the memory that it is shown with. */
export interface SizedProcess extends ProcessRecord {
  readonly bytes: number;
}

/** What is shown of a machine: nobody knows who shares what there. */
export function withResidentMemory(processes: readonly ProcessRecord[]): SizedProcess[] {
  return processes.map((process) => ({ ...process, bytes: process.rssBytes }));
}

export interface Branch {
  readonly key: string;
  readonly process: SizedProcess;
  readonly children: readonly Branch[];
  /** Of it and of all below it. */
  readonly bytes: number;
  readonly cpuPercent: number;
  readonly processCount: number;
}

export interface Group {
  readonly key: string;
  readonly kind: 'container' | 'service' | 'tree';
  readonly name: string;
  readonly roots: readonly Branch[];
  readonly bytes: number;
  readonly cpuPercent: number;
  readonly processCount: number;
}

export const orders = ['memory', 'cpu', 'name'] as const;
export type Order = (typeof orders)[number];

export function groupsOf(
  processes: readonly SizedProcess[],
  placeOf: (process: ProcessRecord) => ProcessPlace | undefined,
  order: Order,
): Group[] {
  const shown = processes.filter(({ bytes, command }) => bytes > 0 || command.length > 0);
  const byPid = new Map(shown.map((process) => [process.pid, process]));
  const keys = new Map<SizedProcess, string>();
  const places = new Map<string, ProcessPlace>();
  const keyOf = (process: SizedProcess): string => {
    const known = keys.get(process);
    if (known !== undefined) return known;
    // Against a table that shows a process as its own ancestor.
    keys.set(process, own(process));
    const place = placeOf(process);
    const key = place ? `${place.kind} ${place.name}` : treeKey(process);
    if (place) places.set(key, place);
    keys.set(process, key);
    return key;
  };
  const treeKey = (process: SizedProcess): string => {
    const parent = byPid.get(process.parentPid);
    // Everything descends from the first process, which tells nothing.
    if (!parent || parent.pid === 1) return own(process);
    const key = keyOf(parent);
    return places.has(key) ? own(process) : key;
  };
  const members = grouped(shown, keyOf);
  return [...members]
    .flatMap(([key, list]) => groupOf(key, places.get(key), list, order) ?? [])
    .sort(comparing(order, ({ name }) => name));
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

function groupOf(
  key: string,
  place: ProcessPlace | undefined,
  members: readonly SizedProcess[],
  order: Order,
): Group | undefined {
  const roots = branchesOf(members, order);
  const [first] = roots;
  if (!first) return undefined;
  const name = place?.name ?? nameOf(first.process);
  return { key, kind: place?.kind ?? 'tree', name, roots, ...sumOf(roots) };
}

/** Those whose parent is not among them, with all below them. */
function branchesOf(members: readonly SizedProcess[], order: Order): Branch[] {
  const pids = new Set(members.map(({ pid }) => pid));
  const children = grouped(
    members.filter(({ parentPid, pid }) => parentPid !== pid && pids.has(parentPid)),
    ({ parentPid }) => `${parentPid}`,
  );
  const branch = (process: SizedProcess): Branch => {
    const below = (children.get(`${process.pid}`) ?? []).map(branch);
    const sum = sumOf(below);
    return {
      key: own(process),
      process,
      children: below.sort(comparing(order, byName)),
      bytes: process.bytes + sum.bytes,
      cpuPercent: (process.cpuPercent ?? 0) + sum.cpuPercent,
      processCount: 1 + sum.processCount,
    };
  };
  return members
    .filter(({ parentPid, pid }) => parentPid === pid || !pids.has(parentPid))
    .map(branch)
    .sort(comparing(order, byName));
}

const byName = ({ process }: Branch): string => nameOf(process);

/** The pid may be another's by now, and so the start belongs to it. */
function own({ pid, started }: ProcessRecord): string {
  return `${pid} ${started}`;
}

export function nameOf({ command, name }: ProcessRecord): string {
  return command.length > 0 ? command.join(' ') : name;
}

interface Sum {
  readonly bytes: number;
  readonly cpuPercent: number;
  readonly processCount: number;
}

function sumOf(list: readonly Sum[]): Sum {
  return {
    bytes: list.reduce((sum, one) => sum + one.bytes, 0),
    cpuPercent: list.reduce((sum, one) => sum + one.cpuPercent, 0),
    processCount: list.reduce((sum, one) => sum + one.processCount, 0),
  };
}

function comparing<T extends Sum>(order: Order, nameOf: (one: T) => string) {
  return (one: T, other: T): number => {
    if (order === 'name') return nameOf(one).localeCompare(nameOf(other));
    if (order === 'cpu' && one.cpuPercent !== other.cpuPercent) {
      return other.cpuPercent - one.cpuPercent;
    }
    return other.bytes - one.bytes;
  };
}
