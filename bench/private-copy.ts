/** Copies of files that no other process has in memory. */
import { spawnSync } from 'node:child_process';
import { cpSync, realpathSync } from 'node:fs';

/**
 * A group is charged only for pages that were not in memory before. Those of a copy are not, just
 * like the files of an image that a container is the first to use.
 */
export function privateCopy(from: string, to: string): void {
  cpSync(realpathSync(from), to, { recursive: true, verbatimSymlinks: true });
  spawnSync('sync');
}

/** Removed groups leave their pages in memory, so call it before each new group. */
export function dropFromMemory(path: string): void {
  const drop = `find "$1" -type f -exec dd if={} iflag=nocache count=0 status=none \\;`;
  const { status } = spawnSync('/bin/sh', ['-c', drop, 'sh', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${path} is still in memory`);
}
