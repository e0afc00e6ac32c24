/** Runs the command on this machine. */
import { execute, type GuardListeners } from '../tracker/execute.js';
import type { CheckedOptions, HostOptions } from '../tracker/start-options.js';
import type { Attempt } from './bench.js';

export function onHost(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  host: HostOptions,
  listeners: GuardListeners,
): Attempt {
  return (complete) =>
    execute(command, options, host, {
      ...listeners,
      complete: (result) => complete({ result }),
    }).result;
}
