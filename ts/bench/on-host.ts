/** Runs the command on this machine. */
import { type CheckedOptions, execute, type Hearing, type Standing } from '../tracker/execute.js';
import type { Attempt } from './bench.js';

export function onHost(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  standing: Standing,
  hearing: Hearing,
): Attempt {
  return (complete) =>
    execute(command, options, standing, {
      ...hearing,
      complete: (result) => complete({ result }),
    }).result;
}
