/** What memtop's own exit code says. */
import { constants } from 'node:os';
import type { Result } from '../result/types.js';

export const exitCodes = { failed: 1, usage: 2, failedBeforeStart: 125 } as const;

/** The command's own code; 128+n when signal n ended it. */
export function exitCodeOf({ code, signal }: Result['exit']): number {
  if (code !== null) return code;
  const number =
    constants.signals[signal as NodeJS.Signals] ?? Number(signal?.replace(/^SIG/, '') ?? 0);
  return 128 + number;
}
