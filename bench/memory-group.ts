/** A control group of version 1 with a memory limit, to run commands in. Needs root. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

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
  const group = join(hierarchy, ownGroup(), `memtop-bench-${process.pid}`);
  mkdirSync(group);
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

function ownGroup(): string {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  const line = lines.find((one) => one.split(':')[1]?.split(',').includes('memory'));
  return line?.split(':')[2] ?? '/';
}

function once(
  command: readonly string[],
  group: string,
  { patienceMs, cwd }: GroupRun,
): Promise<Ended> {
  const enter = `echo $$ > '${join(group, 'cgroup.procs')}' && exec "$@"`;
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', enter, 'sh', ...command], {
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

function endAll(group: string): void {
  const pids = readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
}

async function removed(group: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      endAll(group);
      rmdirSync(group);
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await setTimeout(20);
    }
  }
}
