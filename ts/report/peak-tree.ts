/** The processes of a peak below those that started them. */
import type { ProcessAtPeak } from '../result/types.js';

export interface Branch {
  readonly process: ProcessAtPeak;
  /** Its own part of the peak. */
  readonly bytes: number;
  /** With all below it. */
  readonly totalBytes: number;
  /** How many of the processes it is below. */
  readonly depth: number;
}

/** Those that the same process started; `undefined` stands for one that is not here. */
type Families = ReadonlyMap<ProcessAtPeak | undefined, readonly ProcessAtPeak[]>;

/** Each process before those that it started, and of those the one with the most below it first. */
export function peakTree(processes: readonly ProcessAtPeak[]): Branch[] {
  const families = familiesOf(processes);
  const totals = new Map<ProcessAtPeak, number>();
  const total = (process: ProcessAtPeak) => totals.get(process) ?? 0;
  for (const { process } of inOrder(families).reverse()) {
    const below = families.get(process) ?? [];
    totals.set(
      process,
      below.reduce((sum, child) => sum + total(child), process.bytes),
    );
  }
  const smallestFirst = [...families].map(
    ([parent, family]) =>
      [
        parent,
        family.toSorted((one, other) => total(one) - total(other) || other.pid - one.pid),
      ] as const,
  );
  return inOrder(new Map(smallestFirst)).map(({ process, depth }) => ({
    process,
    bytes: process.bytes,
    totalBytes: total(process),
    depth,
  }));
}

/** Each before its children, of which the last comes first; all, or those of one and itself. */
function inOrder(
  families: Families,
  from?: ProcessAtPeak,
): { process: ProcessAtPeak; depth: number }[] {
  const ordered: { process: ProcessAtPeak; depth: number }[] = [];
  const familyOf = (parent: ProcessAtPeak | undefined, depth: number) =>
    (families.get(parent) ?? []).map((process) => ({ process, depth }));
  // A recursion of processes can be deeper than one of functions.
  const left = from ? [{ process: from, depth: 0 }] : familyOf(undefined, 0);
  for (let next = left.pop(); next; next = left.pop()) {
    ordered.push(next);
    left.push(...familyOf(next.process, next.depth + 1));
  }
  return ordered;
}

function familiesOf(processes: readonly ProcessAtPeak[]): Families {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const parentOf = (process: ProcessAtPeak) => byPid.get(process.parentPid ?? 0);
  const families = new Map<ProcessAtPeak | undefined, ProcessAtPeak[]>();
  const add = (parent: ProcessAtPeak | undefined, process: ProcessAtPeak) => {
    const family = families.get(parent);
    if (family) family.push(process);
    else families.set(parent, [process]);
  };
  for (const process of processes) add(parentOf(process), process);
  const reached = new Set(inOrder(families).map(({ process }) => process));
  // Pids that were given anew can make somebody their own ancestor.
  for (const process of processes) {
    if (reached.has(process)) continue;
    const parent = parentOf(process);
    families.set(
      parent,
      (families.get(parent) ?? []).filter((one) => one !== process),
    );
    add(undefined, process);
    for (const below of inOrder(families, process)) reached.add(below.process);
  }
  return families;
}
