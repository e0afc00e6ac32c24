/** The processes of a peak as a tree. */
import type { ProcessAtPeak } from '../result/types.js';
import { processTrees, treeRows } from './process-tree.js';

export interface PeakBranch {
  readonly process: ProcessAtPeak;
  /** Its own share of the peak. */
  readonly bytes: number;
  /** Including all processes below it. */
  readonly totalBytes: number;
  /** The number of its ancestors in the tree. */
  readonly depth: number;
}

interface Node {
  readonly process: ProcessAtPeak;
  readonly totalBytes: number;
  readonly children: readonly Node[];
}

/** Each process before its children, and of siblings the one with the largest total first. */
export function peakTree(processes: readonly ProcessAtPeak[]): PeakBranch[] {
  const roots = processTrees(processes, (process, children: Node[]): Node => {
    const totalBytes = children.reduce((sum, child) => sum + child.totalBytes, process.bytes);
    return { process, totalBytes, children: children.sort(byTotal) };
  });
  return treeRows(roots.sort(byTotal)).map(({ node: { process, totalBytes }, depth }) => ({
    process,
    bytes: process.bytes,
    totalBytes,
    depth,
  }));
}

function byTotal(one: Node, other: Node): number {
  return other.totalBytes - one.totalBytes || one.process.pid - other.process.pid;
}
