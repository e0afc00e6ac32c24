/** How tasks, and a run of them, have ended. */
import { constants } from 'node:os';
import type { Exit, Task } from '../result/types.js';

/** What a shell gives back for a command that `^C` has ended. */
const interruptedCode = 128 + constants.signals.SIGINT;

/** The first failure is that of the run, and what has ended all of them comes before it. */
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
