/** Prints the messages of the guard, and of a recording that failed. */
import { makePrivate } from '../history/private.js';
import type { GuardListeners } from '../tracker/execute.js';
import type { Recording } from '../tracker/native/recording.js';
import { say } from './write.js';

export class RunMessages implements GuardListeners {
  #recording: Recording | undefined;

  readonly onWarn = (text: string): void => say(`memtop: warning: ${text}`);

  readonly onLimit = (messages: readonly string[]): void => {
    for (const message of messages) say(`memtop: ${message}`);
  };

  readonly onRecording = (recording: Recording): void => {
    this.#recording = recording;
  };

  /** Waits until the run is recorded, and warns if it is not, or if others can read it. */
  warnIfUnrecorded(): void {
    const trouble = this.#recording?.trouble() ?? exposureOf(this.#recording?.file);
    if (trouble !== undefined) say(`memtop: warning: ${trouble}`);
  }
}

function exposureOf(store: string | undefined): string | undefined {
  return store === undefined ? undefined : makePrivate(store);
}
