/** The threads of this process. */
import { readdirSync, readFileSync } from 'node:fs';

export function namesOfThreads(): string[] {
  return readdirSync('/proc/self/task').flatMap((task) => nameOf(task) ?? []);
}

/** Undefined for one that has just ended. */
function nameOf(task: string): string | undefined {
  try {
    return readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}
