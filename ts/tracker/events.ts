/** What is told of a guard while a run or a tracked tree goes on. */
import { InvalidOption } from '../errors.js';

/** There is more memory than somebody wanted to be warned at; it goes on. */
export interface WarnEvent {
  /** What all processes have together. */
  bytes: number;
  /** What they were to be warned at; absent when it is the machine that runs out of memory. */
  thresholdBytes?: number;
  /** The same as people read it. */
  text: string;
}

/** There is more memory than is allowed: a run is being ended for it. */
export interface LimitEvent {
  /** What all processes have together. */
  bytes: number;
  /** What they were allowed; absent when it is the machine that runs out of memory. */
  thresholdBytes?: number;
  /** What happened and why, as people read it. */
  messages: readonly string[];
  /** Path of the crash dump, where one was written. */
  dumpFile?: string;
  /** Path of the summary of that dump. */
  summaryFile?: string;
}

export interface GuardEvents {
  warn: WarnEvent;
  limit: LimitEvent;
}

/** What is heard of an event. What it throws does no harm to what it listens to. */
export type GuardEventListener<Name extends keyof GuardEvents> = (event: GuardEvents[Name]) => void;

/** What the addon tells of either. */
type Alarm = Pick<WarnEvent, 'bytes' | 'thresholdBytes'>;
type AnyListener = (event: never) => unknown;

const names: readonly string[] = ['warn', 'limit'] satisfies (keyof GuardEvents)[];

/** The listeners of one run or of one tree, each called once for an event. */
export class Listeners {
  readonly #byName = new Map<string, Set<AnyListener>>(names.map((name) => [name, new Set()]));

  /** @throws InvalidOption */
  add<Name extends keyof GuardEvents>(name: Name, listener: GuardEventListener<Name>): void {
    if (typeof listener !== 'function') {
      throw new InvalidOption(`a listener of ${String(name)} must be a function`);
    }
    this.#of(name).add(listener);
  }

  /** @throws InvalidOption */
  remove<Name extends keyof GuardEvents>(name: Name, listener: GuardEventListener<Name>): void {
    this.#of(name).delete(listener);
  }

  emit<Name extends keyof GuardEvents>(name: Name, event: GuardEvents[Name]): void {
    for (const listener of [...this.#of(name)]) {
      const heard = async () => (listener as (event: GuardEvents[Name]) => unknown)(event);
      heard().catch((error) => warnOf(name, error));
    }
  }

  #of(name: string): Set<AnyListener> {
    const listeners = this.#byName.get(name);
    if (listeners) return listeners;
    throw new InvalidOption(`there is no event ${String(name)}; there are ${names.join(' and ')}`);
  }
}

export function warnEvent(text: string, { bytes, thresholdBytes }: Alarm): WarnEvent {
  return { bytes, ...(thresholdBytes !== undefined && { thresholdBytes }), text };
}

export function limitEvent(
  messages: readonly string[],
  { bytes, thresholdBytes }: Alarm,
): LimitEvent {
  return { bytes, ...(thresholdBytes !== undefined && { thresholdBytes }), messages };
}

/**
 * An exception that nobody catches would end this program, and the run that somebody wants to hear
 * of with it. A warning shows the mistake, with its stack, and leaves the run alone.
 */
export function warnOf(name: string, error: unknown): void {
  const isError = error instanceof Error;
  process.emitWarning(
    `a listener of ${name} has failed: ${isError ? error.message : String(error)}`,
    {
      type: 'MemtopWarning',
      ...(isError && error.stack !== undefined && { detail: error.stack }),
    },
  );
}
