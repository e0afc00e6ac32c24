/** A command that starts once the code that starts it is loaded. */
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
      else if (!stop || graceMs === 0) stop = { graceMs };
    },
    tasks: () => execution?.tasks() ?? [],
    snapshot: () => execution?.snapshot(),
    show: (lines) => execution?.show(lines),
    say: (text) => execution?.say(text) ?? false,
    viewSize: () => execution?.viewSize(),
    typeIn: (bytes) => execution?.typeIn(bytes),
    resize: (size) => execution?.resize(size),
    outcome: beginning.then((begun) => {
      execution = begun;
      if (stop) begun.stop(stop.graceMs);
      return begun.outcome;
    }),
  };
}
