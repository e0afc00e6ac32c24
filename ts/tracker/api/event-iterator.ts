/** Iterates over events. */

/**
 * Keeps events that arrive between two steps. A generator would ignore `return()` before its first
 * step, and delay it while a step waits for an event.
 */
export class EventIterator<Event> implements AsyncIterableIterator<Event, undefined> {
  readonly #arrived: Event[] = [];
  readonly #waiting: ((step: IteratorResult<Event, undefined>) => void)[] = [];
  readonly #onEnd: () => void;
  #isEnded = false;

  /** `onEnd` is called once: when there are no more events, or the iteration is left. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  add(event: Event): void {
    const settle = this.#waiting.shift();
    if (settle) settle({ done: false, value: event });
    else this.#arrived.push(event);
  }

  /** Ends the iteration after the events that have arrived. Safe to call again. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const settle of this.#waiting.splice(0)) settle(ended);
    this.#onEnd();
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    const event = this.#arrived.shift();
    if (event !== undefined) return { done: false, value: event };
    if (this.#isEnded) return ended;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  async return(): Promise<IteratorResult<Event, undefined>> {
    this.#leave();
    return ended;
  }

  async throw(error: unknown): Promise<never> {
    this.#leave();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #leave(): void {
    this.#arrived.length = 0;
    this.end();
  }
}

const ended = { done: true, value: undefined } as const;
