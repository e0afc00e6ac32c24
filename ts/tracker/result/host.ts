/** Describes the machine, for comparing results. */
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
 * The length of `os.cpus()`, which also reads the clock speed of each CPU and is slow where there
 * are many. `availableParallelism()` counts only the CPUs that this process may use.
 */
function logicalCpus(): number {
  try {
    return countOf(readFileSync('/sys/devices/system/cpu/online', 'utf8'));
  } catch {
    return os.cpus().length;
  }
}

/** The number of entries in a CPU list of the kernel, such as `0-3,6`. */
export function countOf(list: string): number {
  return list.split(',').reduce((count, range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return count + last - first + 1;
  }, 0);
}
