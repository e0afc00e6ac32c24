/** The alarms of a guard. */
import { messageOf } from '../../errors.js';
import type { AlarmRecord, RunEnd } from '../../native/addon.js';
import type { CrashFiles } from '../../report/crash/messages.js';

/** What is called for them. */
export interface GuardListener {
  warned(alarm: AlarmRecord): void;
  /** All processes are being ended. What this resolves to becomes part of the result. */
  limited(alarm: AlarmRecord): Promise<CrashFiles>;
}

function asProblem(error: unknown): CrashFiles {
  return { problem: messageOf(error) };
}

/** Calls a listener for each alarm, and only once for the limit. */
export class Alarms {
  readonly #listener: GuardListener;
  #files: Promise<CrashFiles> | undefined;

  constructor(listener: GuardListener) {
    this.#listener = listener;
  }

  readonly take = (alarm: AlarmRecord): void => {
    if (alarm.level === 'warn') this.#listener.warned(alarm);
    else this.#files ??= this.#listener.limited(alarm).catch(asProblem);
  };

  /** While JavaScript is blocked, the end may arrive before the alarm. */
  files({ guard }: RunEnd): Promise<CrashFiles> | undefined {
    if (guard?.alarm) this.take(guard.alarm);
    return this.#files;
  }
}
