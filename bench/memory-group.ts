/** A control group of version 1 with a memory limit, to run commands in. Needs root. */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endAll, entering, makeGroup, removed } from './v1-group.js';

const hierarchy = '/sys/fs/cgroup/memory';

export interface Ended {
  /** Whether it exited with 0 in time. */
  readonly isGood: boolean;
  readonly ms: number;
}

export interface GroupRun {
  readonly limitBytes?: number;
  readonly patienceMs: number;
  readonly cwd?: string;
}

/** Why no such group can be created here; undefined if it can. */
export function noMemoryGroups(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make memory groups';
  return existsSync(join(hierarchy, 'memory.limit_in_bytes'))
    ? undefined
    : `there is no memory controller of version 1 at ${hierarchy}`;
}

/**
 * Runs a command twice in a new group. A file is charged to the group that reads it first, so the
 * first run loads the files into memory and the second run is the one measured.
 */
export async function runInGroup(command: readonly string[], run: GroupRun): Promise<Ended> {
  const group = makeGroup('memory', `memtop-bench-${process.pid}`);
  try {
    if (run.limitBytes !== undefined) {
      writeFileSync(join(group, 'memory.limit_in_bytes'), `${run.limitBytes}`);
    }
    const first = await once(command, group, run);
    return first.isGood ? await once(command, group, run) : first;
  } finally {
    await removed(group);
  }
}

function once(
  command: readonly string[],
  group: string,
  { patienceMs, cwd }: GroupRun,
): Promise<Ended> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', entering(group), 'sh', ...command], {
      stdio: 'ignore',
      ...(cwd !== undefined && { cwd }),
    });
    const timer = globalThis.setTimeout(() => endAll(group), patienceMs);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ isGood: code === 0, ms: performance.now() - startedAt });
    });
  });
}
