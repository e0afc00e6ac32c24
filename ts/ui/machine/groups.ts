/** Groups the processes of a machine: by container, by service, else by tree. */
import type { ProcessPlace } from '../../inspect/place.js';
import type { ProcessRecord } from '../../inspect/process.js';
import { grouped } from '../../report/grouped.js';
import { parentsFirst, processTrees } from '../../report/process-tree.js';

/** A process with the memory that is shown for it. */
export interface SizedProcess extends ProcessRecord {
  readonly bytes: number;
}

/** For the whole machine, where it is unknown which processes share memory. */
export function withResidentMemory(processes: readonly ProcessRecord[]): SizedProcess[] {
  return processes.map((process) => ({ ...process, bytes: process.rssBytes }));
}

export interface Branch {
  readonly key: string;
  readonly process: SizedProcess;
  readonly children: readonly Branch[];
  /** Of the process and its descendants. */
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
  const places = new Map<string, ProcessPlace>();
  const keys = groupKeys(shown, (process) => {
    const place = placeOf(process);
    const key = place && `${place.kind} ${place.name}`;
    if (place && key !== undefined) places.set(key, place);
    return key;
  });
  return [...grouped(shown, (process) => keys.get(process) ?? own(process))]
    .flatMap(([key, members]) => groupOf(key, places.get(key), members, order) ?? [])
    .sort(comparing(order, ({ name }) => name));
}

/** The key of its container or service, else of its tree, for each process. */
function groupKeys(
  processes: readonly SizedProcess[],
  placeKeyOf: (process: SizedProcess) => string | undefined,
): Map<SizedProcess, string> {
  const keys = new Map<SizedProcess, string>();
  const treeKeys = new Map<number, string>();
  for (const process of parentsFirst(processes)) {
    const placeKey = placeKeyOf(process);
    const key = placeKey ?? treeKeys.get(process.parentPid) ?? own(process);
    keys.set(process, key);
    // Everything descends from the first process, so its tree says nothing.
    if (placeKey === undefined && process.pid !== 1) treeKeys.set(process.pid, key);
  }
  return keys;
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

/** The trees that the members form among themselves. */
function branchesOf(members: readonly SizedProcess[], order: Order): Branch[] {
  const roots = processTrees(members, (process, children: Branch[]): Branch => {
    const sum = sumOf(children);
    return {
      key: own(process),
      process,
      children: children.sort(comparing(order, byName)),
      bytes: process.bytes + sum.bytes,
      cpuPercent: (process.cpuPercent ?? 0) + sum.cpuPercent,
      processCount: 1 + sum.processCount,
    };
  });
  return roots.sort(comparing(order, byName));
}

const byName = ({ process }: Branch): string => nameOf(process);

/** The start is part of it, since pids are reused. */
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
