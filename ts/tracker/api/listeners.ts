/** The listeners of one run or of one tracked tree. */
import { InvalidOption, messageOf } from '../../errors.js';
import { EventIterator } from './event-iterator.js';
import type { GuardEvents, RunEvents } from './events.js';

type AnyListener = (event: never) => unknown;

const guardEvents = ['warn', 'limit'] as const satisfies (keyof GuardEvents)[];
const runEvents = [...guardEvents, 'taskstart', 'taskend'] as const satisfies (keyof RunEvents)[];

/** Each listener is called once for an event, however often it was added. */
export class Listeners<Events extends Partial<RunEvents>> {
  readonly #byName: Map<string, Map<AnyListener, 'always' | 'once'>>;
  readonly #onChange = new Set<() => void>();
  readonly #iterators = new Set<{ end(): void }>();
  #isClosed = false;

  private constructor(names: readonly string[]) {
    this.#byName = new Map(names.map((name) => [name, new Map()]));
  }

  static ofRun(): Listeners<RunEvents> {
    return new Listeners(runEvents);
  }

  static ofTree(): Listeners<GuardEvents> {
    return new Listeners(guardEvents);
  }

  has(name: keyof Events & string): boolean {
    return this.#of(name).size > 0;
  }

  /** @throws InvalidOption */
  add<Name extends keyof Events>(
    name: Name,
    listener: (event: NonNullable<Events[Name]>) => void,
    how: 'always' | 'once' = 'always',
  ): void {
    if (typeof listener !== 'function') {
      throw new InvalidOption(`a listener of ${String(name)} must be a function`);
    }
    const listeners = this.#of(name);
    if (how === 'always' || !listeners.has(listener)) listeners.set(listener, how);
    this.#changed();
  }

  /** @throws InvalidOption */
  remove<Name extends keyof Events>(
    name: Name,
    listener: (event: NonNullable<Events[Name]>) => void,
  ): void {
    this.#remove(name, listener);
  }

  /**
   * Listens from this call on, until the iteration ends.
   *
   * @throws InvalidOption
   */
  events<Name extends keyof Events>(name: Name): AsyncIterableIterator<NonNullable<Events[Name]>> {
    const iterator = new EventIterator<NonNullable<Events[Name]>>(() => {
      this.#iterators.delete(iterator);
      this.remove(name, listener);
    });
    const listener = (event: NonNullable<Events[Name]>) => iterator.add(event);
    this.add(name, listener);
    this.#iterators.add(iterator);
    if (this.#isClosed) iterator.end();
    return iterator;
  }

  /** Calls it whenever a listener is added or removed, until what it returns is called. */
  onChange(changed: () => void): () => void {
    this.#onChange.add(changed);
    return () => {
      this.#onChange.delete(changed);
    };
  }

  emit<Name extends keyof Events>(name: Name, event: NonNullable<Events[Name]>): void {
    for (const [listener, how] of [...this.#of(name)]) {
      if (how === 'once') this.#remove(name, listener);
      const called = async () => (listener as (event: NonNullable<Events[Name]>) => unknown)(event);
      called().catch((error) => warnOf(`a listener of ${String(name)}`, error));
    }
  }

  /** Ends all iterations: there will be no more events. */
  close(): void {
    this.#isClosed = true;
    for (const iterator of this.#iterators) iterator.end();
  }

  #remove(name: keyof Events, listener: AnyListener): void {
    this.#of(name).delete(listener);
    this.#changed();
  }

  #changed(): void {
    for (const changed of this.#onChange) changed();
  }

  #of(name: PropertyKey): Map<AnyListener, 'always' | 'once'> {
    const listeners = this.#byName.get(String(name));
    if (listeners) return listeners;
    throw new InvalidOption(
      `there is no event ${String(name)}; there are ${[...this.#byName.keys()].join(', ')}`,
    );
  }
}

/**
 * An uncaught exception would end the program, and the run with it. A warning shows the mistake and
 * its stack, and leaves the run alone.
 */
export function warnOf(failed: string, error: unknown): void {
  const isError = error instanceof Error;
  process.emitWarning(`${failed} has failed: ${messageOf(error)}`, {
    type: 'MemtopWarning',
    ...(isError && error.stack !== undefined && { detail: error.stack }),
  });
}
