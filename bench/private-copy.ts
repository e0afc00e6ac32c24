/** Copies of files that nobody else has in memory. */
import { spawnSync } from 'node:child_process';
import { cpSync, realpathSync } from 'node:fs';

/**
 * A group is charged only for pages that nobody had in memory before. Of a copy nobody has, as of the
 * files of an image that a container is the first to use.
 */
export function privateCopy(from: string, to: string): void {
  cpSync(realpathSync(from), to, { recursive: true, verbatimSymlinks: true });
  spawnSync('sync');
}

/** Groups that have ended leave their pages to others: to be called before each new group. */
export function dropFromMemory(path: string): void {
  const drop = `find "$1" -type f -exec dd if={} iflag=nocache count=0 status=none \\;`;
  const { status } = spawnSync('/bin/sh', ['-c', drop, 'sh', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${path} is still in memory`);
}
