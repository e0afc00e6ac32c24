/** The outcome of a kill. */
import type { KillOutcome } from '../inspect/options.js';

export function killedLine({ killed, failed }: KillOutcome): string {
  if (killed === 0 && failed.length === 0) return 'nothing to kill: it had ended already';
  return `killed ${killed} ${killed === 1 ? 'process' : 'processes'}`;
}

export function failureLines({ failed }: KillOutcome): string[] {
  return failed.map(({ pid, reason }) => `process ${pid} is still there: ${reason}`);
}
