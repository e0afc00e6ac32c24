/** Process ids as arguments. */
import { isPid } from '../inspect/rules.js';
import type { RawArguments } from './parse.js';
import { quoted } from './quoted.js';
import { UsageError } from './usage-error.js';

/**
 * The one process id that a command needs.
 *
 * @throws UsageError
 */
export function onePid(raw: RawArguments, command: string): number {
  const pid = pidIfGiven(raw, command);
  if (pid === undefined) {
    throw new UsageError(`${command} needs a process id, as in: memtop ${command} 4127`);
  }
  return pid;
}

/**
 * The one process id that a command takes; undefined when none was given.
 *
 * @throws UsageError
 */
export function pidIfGiven(raw: RawArguments, command: string): number | undefined {
  const [word, another] = [...raw.positionals, ...(raw.command ?? [])];
  if (another !== undefined) {
    throw new UsageError(`${command} takes one process id, and ${quoted(another)} is a second one`);
  }
  if (word === undefined) return undefined;
  const pid = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!isPid(pid)) {
    throw new UsageError(`${quoted(word)} is not a process id; memtop ps lists them`);
  }
  return pid;
}
