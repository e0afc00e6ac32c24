/** Control groups of version 1, below the one that this process is in. Making them needs root. */
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Makes a group below this process's own in the hierarchy of a controller. */
export function makeGroup(controller: string, name: string): string {
  const group = join('/sys/fs/cgroup', controller, ownGroup(controller), name);
  mkdirSync(group);
  return group;
}

function ownGroup(controller: string): string {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  const line = lines.find((one) => one.split(':')[1]?.split(',').includes(controller));
  return line?.split(':')[2] ?? '/';
}

/** A shell command that enters a group and becomes the command that is in its arguments. */
export function entering(group: string): string {
  return `echo $$ > '${join(group, 'cgroup.procs')}' && exec "$@"`;
}

export function endAll(group: string): void {
  const pids = readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
}

/** Ends what is in a group, and removes it. */
export async function removed(group: string): Promise<void> {
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
