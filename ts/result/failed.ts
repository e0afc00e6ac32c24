/** Whether a run or a task has failed. */
import type { Exit } from './types.js';

/** Whether a command ended in any way other than by exiting with 0. */
export function hasFailed({ exit }: { readonly exit?: Exit }): boolean {
  return exit !== undefined && (exit.cause !== 'exit' || exit.code !== 0);
}
