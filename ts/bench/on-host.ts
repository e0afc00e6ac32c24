/** Runs the command on this machine. */
import {
  type CheckedOptions,
  execute,
  type GuardListeners,
  type HostOptions,
} from '../tracker/execute.js';
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
