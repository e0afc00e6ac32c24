/** How a run of several tasks ended. */
import { constants } from 'node:os';
import type { Exit, Task } from '../result/types.js';

/** The exit code of a shell for a command that `^C` ended. */
const interruptedCode = 128 + constants.signals.SIGINT;

/** What stopped the whole run comes first, then the first task that failed. */
export function overallExit(
  stopped: 'guard' | 'timeout' | 'aborted' | undefined,
  firstFailed: Exit | undefined,
  isInterrupted: boolean,
  tasks: readonly Task[],
): Exit {
  if (stopped) return { code: null, signal: null, ...firstFailed, cause: stopped };
  if (firstFailed) return firstFailed;
  const isCutShort = isInterrupted && tasks.some(({ status }) => status === 'skipped');
  return { code: isCutShort ? interruptedCode : 0, signal: null, cause: 'exit' };
}
