/** Runs several commands through the addon, which measures them together. */
import type { Addon, AlarmRecord, RunEnd } from '../../native/addon.js';
import { fromAddon } from '../../native/errors.js';
import type { CrashFiles } from '../../report/crash/messages.js';
import { beginNative, fromEnd, nativeWords, stopReasons } from './measured.js';
import { withSizes } from './native-sizes.js';
import type { GuardListener, PartOutcome, Session, SessionStart, SessionTask } from './session.js';

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
  const bundle = orThrown(() => new addon.NativeBundle(withSizes(start), alarms.take, isViewed));
  opened?.(addon, bundle);
  return {
    task(options, taskListener) {
      const taskAlarms = new Alarms(taskListener);
      const native = orThrown(() => bundle.task(withSizes(options), taskAlarms.take));
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
        (pieces) => native.run({ ...command, command: nativeWords(command.command) }, pieces),
        {
          output: onOutput,
        },
      ),
    snapshot: () => native.snapshot() ?? undefined,
    stop: (graceMs) => native.stop(graceMs),
    finish: async () => partOutcome(await native.finish(), alarms),
  };
}

/** Hears of alarms, of the one that ends everybody once. */
class Alarms {
  readonly #listener: GuardListener;
  #files: Promise<CrashFiles> | undefined;

  constructor(listener: GuardListener) {
    this.#listener = listener;
  }

  readonly take = (alarm: AlarmRecord): void => {
    if (alarm.level === 'warn') this.#listener.warned(alarm);
    else this.#files ??= this.#listener.limited(alarm);
  };

  /** With JavaScript held up, the end may be heard of first. */
  files(end: RunEnd): Promise<CrashFiles> | undefined {
    if (end.guard?.alarm) this.take(end.guard.alarm);
    return this.#files;
  }
}

async function partOutcome(end: RunEnd, alarms: Alarms): Promise<PartOutcome> {
  const { exit: _, ...outcome } = fromEnd(end, await alarms.files(end));
  return { ...outcome, ...(end.stopped && { stopped: stopReasons[end.stopped.reason] }) };
}

function orThrown<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fromAddon(error);
  }
}
