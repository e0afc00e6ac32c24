/** The living processes of a tree that is measured, as views show them. */
import type { ProcessRecord } from '../../inspect/process.js';
import type { SnapshotRecord } from '../../native/addon.js';
import type { SizedProcess } from '../../ui/machine/groups.js';

/**
 * Each with its part of the tree's memory, so that they add up to what is told of the tree. What
 * else is known of them is from the list of all processes; one that has ended since is not in it.
 */
export function livingProcesses(
  living: SnapshotRecord['living'],
  listed: readonly ProcessRecord[],
): SizedProcess[] {
  const byPid = new Map(listed.map((process) => [process.pid, process]));
  return living.map(({ pid, parentPid, name, command, rssBytes, bytes }) => {
    const known = byPid.get(pid) ?? { pid, parentPid, name, command, rssBytes, ...ended };
    return { ...known, bytes };
  });
}

/** No process has started then, so that nobody who got its pid since is taken for it. */
const ended = { started: 0, state: 'other' } as const;
