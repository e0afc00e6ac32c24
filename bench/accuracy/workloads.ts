/** Workloads of `bench/engine` whose memory is known in advance. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../own-data.js';
import type { Program } from '../programs.js';

const ownNames = [
  'burst',
  'one',
  'par',
  'setsid',
  'cow',
  'shared',
  'staircase',
  'churn',
  'spawns',
  'tree',
  'fork-add-rewrite',
  'pool',
  'cow-rewrite',
  'shm',
  'thread-exec',
  'vfork-storm',
  'memfd',
  'thp-on',
  'thp-off',
  'huge-stack',
  'short-children',
  'deep-chain',
  'clone-vm',
  'orphans',
  'fork-again',
];

const cache = 'cache';
/** The names of all workloads. */
export const workloadNames: readonly string[] = [...ownNames, cache];

const coldFileMegabytes = 500;

export function workloads(engine: string): readonly Program[] {
  const file = join(dataFolder, 'cold');
  return [
    ...ownNames.map((name) => ({ name, command: [engine, 'workload', name] })),
    { name: cache, command: [engine, 'workload', cache, file], prepare: () => cold(file) },
  ];
}

/** Written to disk, so that it can be dropped from the page cache. */
function cold(file: string): void {
  rmSync(file, { force: true });
  const megabyte = Buffer.alloc(1024 ** 2, 1);
  for (let written = 1; written <= coldFileMegabytes; written += 1) {
    writeFileSync(file, megabyte, { flag: 'a', flush: written === coldFileMegabytes });
  }
}
