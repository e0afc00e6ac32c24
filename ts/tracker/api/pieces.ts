/** Hands the output of a command to a callback. */
import { warnOf } from './listeners.js';

export type OnOutput = (piece: Uint8Array, stream: 'stdout' | 'stderr') => void;

export class Pieces {
  readonly #callback: OnOutput;
  #taken = 0;
  #awaited: { count: number; done: () => void } | undefined;

  constructor(callback: OnOutput) {
    this.#callback = callback;
  }

  /** An error that the callback throws becomes a warning, as with a listener. */
  readonly take = (stream: string, piece: Uint8Array): void => {
    const called = async () => this.#callback(piece, stream as 'stdout' | 'stderr');
    called().catch((error) => warnOf('the callback onOutput', error));
    this.#taken += 1;
    if (this.#awaited && this.#taken >= this.#awaited.count) this.#awaited.done();
  };

  /** Resolves after `count` pieces: the end of the run may arrive before the last piece. */
  async all(count: number): Promise<void> {
    if (this.#taken >= count) return;
    await new Promise<void>((done) => {
      this.#awaited = { count, done };
    });
  }
}
