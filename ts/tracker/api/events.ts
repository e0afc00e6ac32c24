/** What is told while a run or a tracked tree goes on. */
import { InvalidOption } from '../../errors.js';
import type { TaskResult } from '../../result/task.js';

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

/** A task was found in the tree: its first process has started. */
export interface TaskStartEvent {
  id: string;
  /** Who named it, as in the result. */
  source: string;
  /** From the start of the run. */
  startedAtMs: number;
}

export interface GuardEvents {
  warn: WarnEvent;
  limit: LimitEvent;
}

export interface RunEvents extends GuardEvents {
  taskstart: TaskStartEvent;
  /** As in `tasks` of the result. Told again when more of the task is run later. */
  taskend: TaskResult;
}

/** What is heard of an event. What it throws does no harm to what it listens to. */
export type GuardEventListener<Name extends keyof GuardEvents> = (event: GuardEvents[Name]) => void;
export type RunEventListener<Name extends keyof RunEvents> = (event: RunEvents[Name]) => void;

/** What the addon tells of either. */
type Alarm = Pick<WarnEvent, 'bytes' | 'thresholdBytes'>;
type AnyListener = (event: never) => unknown;

const guardEvents = ['warn', 'limit'] as const satisfies (keyof GuardEvents)[];
const runEvents = [...guardEvents, 'taskstart', 'taskend'] as const satisfies (keyof RunEvents)[];

/** The listeners of one run or of one tree, each called once for an event. */
export class Listeners<Events extends Partial<RunEvents>> {
  readonly #byName: Map<string, Set<AnyListener>>;
  readonly #onChange = new Set<() => void>();

  private constructor(names: readonly string[]) {
    this.#byName = new Map(names.map((name) => [name, new Set()]));
  }

  static ofRun(): Listeners<RunEvents> {
    return new Listeners(runEvents);
  }

  static ofTree(): Listeners<GuardEvents> {
    return new Listeners(guardEvents);
  }

  /** Whether anybody would hear of it. */
  has(name: keyof Events & string): boolean {
    return this.#of(name).size > 0;
  }

  /** @throws InvalidOption */
  add<Name extends keyof Events & string>(
    name: Name,
    listener: (event: NonNullable<Events[Name]>) => void,
  ): void {
    if (typeof listener !== 'function') {
      throw new InvalidOption(`a listener of ${String(name)} must be a function`);
    }
    this.#of(name).add(listener as AnyListener);
    this.#change();
  }

  /** @throws InvalidOption */
  remove<Name extends keyof Events & string>(
    name: Name,
    listener: (event: NonNullable<Events[Name]>) => void,
  ): void {
    this.#of(name).delete(listener as AnyListener);
    this.#change();
  }

  /** Calls it whenever somebody has come or gone, until what it gives back is called. */
  onChange(changed: () => void): () => void {
    this.#onChange.add(changed);
    return () => {
      this.#onChange.delete(changed);
    };
  }

  emit<Name extends keyof Events & string>(name: Name, event: NonNullable<Events[Name]>): void {
    for (const listener of [...this.#of(name)]) {
      const heard = async () => (listener as (event: NonNullable<Events[Name]>) => unknown)(event);
      heard().catch((error) => warnOf(name, error));
    }
  }

  #change(): void {
    for (const changed of this.#onChange) changed();
  }

  #of(name: string): Set<AnyListener> {
    const listeners = this.#byName.get(name);
    if (listeners) return listeners;
    throw new InvalidOption(
      `there is no event ${String(name)}; there are ${[...this.#byName.keys()].join(', ')}`,
    );
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
