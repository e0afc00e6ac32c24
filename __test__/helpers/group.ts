/** Control groups with a limit, which root can make on its own machine. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { isRoot } from './alive.js';
import type { Lack } from './needs.js';
import { until } from './processes.js';

const v1 = '/sys/fs/cgroup/memory';
const v2 = '/sys/fs/cgroup';
const isV1 = existsSync(join(v1, 'memory.limit_in_bytes'));

/** Where there can be none. */
export const whyNoGroup: Lack | undefined =
  isRoot && (isV1 || existsSync(join(v2, 'cgroup.subtree_control')))
    ? undefined
    : { need: 'groups', why: 'only root can make groups, where they are mounted' };

/** Makes a group for a test. Gives the beginning of a command line that runs the rest in it. */
export function limitedGroup(t: ExecutionContext, name: string, bytes: number): readonly string[] {
  const group = join(isV1 ? v1 : v2, `memtop-test-${process.pid}-${name}`);
  // In version 1 children inherit the controller.
  if (!isV1) writeFileSync(join(v2, 'cgroup.subtree_control'), '+memory');
  mkdirSync(group);
  t.teardown(() => until(() => isRemoved(group), `${group} to be empty`));
  writeFileSync(join(group, isV1 ? 'memory.limit_in_bytes' : 'memory.max'), `${bytes}`);
  return ['sh', '-c', `echo $$ > '${group}/cgroup.procs'; exec "$@"`, 'sh'];
}

/** Removes a group and those in it. A process that has just ended may still count as a member. */
function isRemoved(group: string): boolean {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) isRemoved(join(group, entry.name));
  }
  try {
    rmdirSync(group);
  } catch {
    return false;
  }
  return true;
}
