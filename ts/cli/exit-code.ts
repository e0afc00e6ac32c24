/** memtop's exit codes. */
import { constants } from 'node:os';
import type { Exit } from '../result/types.js';

export const exitCodes = {
  failed: 1,
  usage: 2,
  budget: 120,
  verification: 121,
  guard: 123,
  timeout: 124,
  failedBeforeStart: 125,
  interrupted: 130,
} as const;

/**
 * The command's own code, or 128+n for signal n. A command that memtop ended gets memtop's code,
 * however it died.
 */
export function exitCodeOf(
  { code, signal, cause }: Exit,
  limitExitCode: number = exitCodes.guard,
): number {
  if (cause === 'guard') return limitExitCode;
  if (cause === 'timeout') return exitCodes.timeout;
  if (code !== null) return code;
  const number =
    constants.signals[signal as NodeJS.Signals] ?? Number(signal?.replace(/^SIG/, '') ?? 0);
  return 128 + number;
}
