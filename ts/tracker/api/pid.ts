/** The process id that a program passes. */
import { InvalidOption } from '../../errors.js';
import { isPid } from '../../inspect/rules.js';

/** @throws InvalidOption */
export function checkPid(pid: unknown): asserts pid is number {
  if (pid === undefined) {
    throw new InvalidOption('there is no process id: the process did not start');
  }
  if (!isPid(pid)) throw new InvalidOption(`${String(pid)} is not a process id`);
}
