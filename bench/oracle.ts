/**
 * What the kernel counts for a command: a memory group of version 1 that holds it and nothing else.
 *
 * The kernel's figure is exact and holds more than the memory of processes: page cache, and what
 * the kernel itself needs for the group. Both are shown apart.
 */
import { chownSync, existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface KernelFigures {
  /** The most that was ever charged to the group. */
  readonly peakBytes: number;
  /** Of that the kernel's own, at its highest: page tables, stacks, descriptors. */
  readonly kernelBytes: number;
  /** Page cache that is still there at the end and that no process has mapped. */
  readonly cacheBytes: number;
  /** What is left for the processes. */
  readonly processBytes: number;
}

/**
 * The kernel charges a group 64 pages at a time for each CPU (MEMCG_CHARGE_BATCH in
 * mm/memcontrol.c), so its figures may be too high by what nobody has used of these.
 */
export const chargedAheadBytes = 64 * 4096 * availableParallelism();

/**
 * Pages of files count for the group that read them first. Those of the program and of the C
 * library were there before, so the kernel's figures may be too low by them.
 */
export const chargedElsewhereBytes = 2 * 1024 ** 2;

/** Undefined where no such group can be made, which takes version 1 and a superuser. */
export function ownMemoryGroup(): string | undefined {
  const line = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[1]?.split(',').includes('memory'));
  const path = line?.split(':').slice(2).join(':');
  if (path === undefined) return undefined;
  // In a container the mount shows the group itself at its top.
  const mount = '/sys/fs/cgroup/memory';
  const group = [join(mount, path), mount].find((folder) => existsSync(join(folder, 'tasks')));
  return process.getuid?.() === 0 ? group : undefined;
}

let groups = 0;

export class Oracle {
  readonly #group: string;

  /** @param user who may put processes into it, besides the superuser */
  constructor(under: string, user: number) {
    groups += 1;
    this.#group = join(under, `memtop-bench-${process.pid}-${groups}`);
    mkdirSync(this.#group);
    chownSync(join(this.#group, 'cgroup.procs'), user, user);
  }

  /** A command that enters the group before it becomes the given one. */
  around(command: readonly string[]): string[] {
    const enter = 'echo $$ > "$0" && exec "$@"';
    return ['sh', '-c', enter, join(this.#group, 'cgroup.procs'), ...command];
  }

  figures(): KernelFigures {
    const peakBytes = this.#number('memory.max_usage_in_bytes');
    const kernelBytes = this.#number('memory.kmem.max_usage_in_bytes');
    const cacheBytes = this.#cacheBytes();
    const processBytes = peakBytes - kernelBytes - cacheBytes;
    return { peakBytes, kernelBytes, cacheBytes, processBytes };
  }

  /** Everything that ran in it must have ended. */
  async remove(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      try {
        return rmdirSync(this.#group);
      } catch {
        await setTimeout(10);
      }
    }
    throw new Error(`${this.#group} is still in use and stays`);
  }

  #number(file: string): number {
    return Number(readFileSync(join(this.#group, file), 'utf8'));
  }

  #cacheBytes(): number {
    const stat = readFileSync(join(this.#group, 'memory.stat'), 'utf8');
    const field = (name: string) =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? Number.NaN);
    return field('total_cache') - field('total_mapped_file');
  }
}
