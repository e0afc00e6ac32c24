/** The live processes of a measured tree, as views show them. */
import type { ProcessRecord } from '../../inspect/process.js';
import type { SnapshotRecord } from '../../native/addon.js';
import type { SizedProcess } from '../../ui/machine/groups.js';

/**
 * Each with its share of the tree's memory, so that the shares add up to the total. The other
 * fields come from the list of all processes, which lacks one that has ended since.
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

/** No process has this start time, so a later process with the same pid is not mistaken for it. */
const ended = { started: 0, state: 'other' } as const;
