/** A command that is started a moment later: what starts it has to be loaded first. */
import type { Execution } from './execution.js';

export function deferredExecution(beginning: Promise<Execution>): Execution {
  let execution: Execution | undefined;
  let stop: { graceMs: number | undefined } | undefined;
  return {
    get pid() {
      return execution?.pid;
    },
    stop(graceMs) {
      if (execution) execution.stop(graceMs);
      else stop = { graceMs };
    },
    snapshot: () => execution?.snapshot(),
    outcome: beginning.then((begun) => {
      execution = begun;
      if (stop) begun.stop(stop.graceMs);
      return begun.outcome;
    }),
  };
}
