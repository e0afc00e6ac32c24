/** The public way to run a command and measure its whole tree. */
import type { Result } from '../result/types.js';
import { checked, command as commandSchema, runOptions } from './checked-options.js';
import { execute } from './execute.js';
import type { RunOptions } from './options.js';

/**
 * Runs a command with this program's own standard streams and measures it and everything that it
 * starts.
 *
 * The promise resolves when the command has ended, however it ended: `result.exit` tells. Without
 * the addon the command runs all the same and `result.sampling.method` is `unavailable`.
 *
 * @param command The program and its arguments; bytes where an argument is not UTF-8.
 * @throws InvalidOption
 */
export async function run(
  command: readonly (string | Uint8Array)[],
  options: RunOptions = {},
): Promise<Result> {
  const executed = await execute(
    checked(commandSchema, command, 'command'),
    checked(runOptions, options),
    { standsIn: false, ownDescriptors: [] },
  );
  return executed.result;
}
