/** Runs several commands through the addon, which measures them together. */
import type { Addon, RunEnd } from '../../native/addon.js';
import { fromAddon } from '../../native/errors.js';
import { Alarms, type GuardListener } from './alarms.js';
import { beginNative, nativeArguments } from './measured.js';
import { withSizes } from './native-sizes.js';
import { outcomeOf, stopReasons } from './run-end.js';
import type { PartOutcome, Session, SessionStart, SessionTask } from './session.js';

type NativeBundle = InstanceType<Addon['NativeBundle']>;
type NativeTask = ReturnType<NativeBundle['task']>;

/** @throws SystemError where there is no control group and there must be one */
export function openMeasured(
  addon: Addon,
  start: SessionStart,
  listener: GuardListener,
  isViewed: boolean,
  opened?: (addon: Addon, bundle: NativeBundle) => void,
): Session {
  const alarms = new Alarms(listener);
  const bundle = withMappedErrors(
    () => new addon.NativeBundle(withSizes(start), alarms.take, isViewed),
  );
  opened?.(addon, bundle);
  return {
    task(options, taskListener) {
      const taskAlarms = new Alarms(taskListener);
      const native = withMappedErrors(() => bundle.task(withSizes(options), taskAlarms.take));
      return taskOf(native, taskAlarms);
    },
    stop: (graceMs) => bundle.stop(graceMs),
    snapshot: () => bundle.snapshot() ?? undefined,
    show: (lines) => bundle.show(lines),
    viewSize: () => bundle.viewSize() ?? undefined,
    write: (bytes) => bundle.write(Buffer.from(bytes)),
    interrupts: () => bundle.interrupts(),
    finish: async () => partOutcome(await bundle.finish(), alarms),
  };
}

function taskOf(native: NativeTask, alarms: Alarms): SessionTask {
  return {
    start: (command, onOutput) =>
      beginNative(
        (pieces) => native.run({ ...command, command: nativeArguments(command.command) }, pieces),
        { output: onOutput },
      ),
    snapshot: () => native.snapshot() ?? undefined,
    stop: (graceMs) => native.stop(graceMs),
    finish: async () => partOutcome(await native.finish(), alarms),
  };
}

async function partOutcome(end: RunEnd, alarms: Alarms): Promise<PartOutcome> {
  const { exit: _, ...outcome } = outcomeOf(end, await alarms.files(end));
  return { ...outcome, ...(end.stopped && { stopped: stopReasons[end.stopped.reason] }) };
}

function withMappedErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fromAddon(error);
  }
}
