/** Output on its way to who reads it. */
import { warnOf } from './listeners.js';

export type OnOutput = (piece: Uint8Array, stream: 'stdout' | 'stderr') => void;

export class Pieces {
  readonly #reader: OnOutput;
  #taken = 0;
  #awaited: { count: number; done: () => void } | undefined;

  constructor(reader: OnOutput) {
    this.#reader = reader;
  }

  /** Hands a piece on. What the reader throws is a warning, as with a listener. */
  readonly take = (stream: string, piece: Uint8Array): void => {
    const read = async () => this.#reader(piece, stream as 'stdout' | 'stderr');
    read().catch((error) => warnOf('onOutput', error));
    this.#taken += 1;
    if (this.#awaited && this.#taken >= this.#awaited.count) this.#awaited.done();
  };

  /** Resolves when so many have been handed on: the end may be heard of before the last of them. */
  async all(count: number): Promise<void> {
    if (this.#taken >= count) return;
    await new Promise<void>((done) => {
      this.#awaited = { count, done };
    });
  }
}
