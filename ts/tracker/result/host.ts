/** What is worth knowing of the machine when two results are compared. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Host } from '../../result/types.js';

export function describeHost(): Host {
  return {
    os: process.platform,
    arch: process.arch,
    kernel: os.release(),
    cpus: logicalCpus(),
    memoryBytes: os.totalmem(),
  };
}

/**
 * As many as `os.cpus()` lists. That one also asks for the clock speed of each, which takes long
 * where there are many; `availableParallelism()` counts those that this process may use.
 */
function logicalCpus(): number {
  try {
    return countOf(readFileSync('/sys/devices/system/cpu/online', 'utf8'));
  } catch {
    return os.cpus().length;
  }
}

/** How many a list of the kernel names, such as `0-3,6`. */
export function countOf(list: string): number {
  return list.split(',').reduce((count, range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return count + last - first + 1;
  }, 0);
}
