/** Starts tasks as soon as it may be. It knows nothing of what they do. */
import type { Linked } from './graph.js';

export interface Schedule {
  /** How many run at a time, at most. */
  readonly parallel: number;
  /** Whether a failure keeps only those from running that depend on it. */
  readonly keepGoing: boolean;
  /** Whether somebody wants everything to end; nothing is started any more then. */
  isInterrupted(): boolean;
  /** Runs one; whether it has ended well. */
  run(name: string): Promise<boolean>;
  /** The first has failed, and the others that run are not to go on. */
  stop(running: readonly string[]): void;
  skip(name: string, because: string): void;
}

/** Resolves when nothing runs any more. Each task was either run or skipped. */
export async function schedule(
  tasks: ReadonlyMap<string, Linked>,
  { parallel, keepGoing, isInterrupted, run, stop, skip }: Schedule,
): Promise<void> {
  const waiting = new Map(tasks);
  const running = new Map<string, Promise<void>>();
  const endedWell = new Set<string>();
  /** Those that failed or were skipped. */
  const lost = new Set<string>();
  let failed: string | undefined;

  const leave = (name: string, because: string) => {
    waiting.delete(name);
    lost.add(name);
    skip(name, because);
  };
  const start = (name: string) => {
    waiting.delete(name);
    const ended = run(name).then((isWell) => {
      running.delete(name);
      if (isWell) {
        endedWell.add(name);
        return;
      }
      lost.add(name);
      if (failed !== undefined) return;
      failed = name;
      if (!keepGoing && running.size > 0) stop([...running.keys()]);
    });
    running.set(name, ended);
  };

  while (waiting.size > 0 || running.size > 0) {
    for (const [name, { dependsOn }] of waiting) {
      const missing = dependsOn.find((needed) => lost.has(needed));
      if (missing !== undefined) leave(name, `it depends on ${missing}`);
      else if (isInterrupted()) leave(name, 'interrupted');
      else if (failed !== undefined && !keepGoing) leave(name, `${failed} failed`);
      else if (running.size < parallel && dependsOn.every((needed) => endedWell.has(needed))) {
        start(name);
      }
    }
    if (running.size > 0) await Promise.race(running.values());
  }
}
