/** The exit code of a run that may have a budget. */
import type { Result } from '../result/types.js';
import { exitCodeOf } from './exit-code.js';
import type { ExecOptions } from './options.js';

/**
 * Returns what finds the command's own code, or that of a failed budget where the command
 * succeeded. Called before the command starts, which may remove what is loaded here.
 */
export async function codeWithBudget({
  maxPeak,
  quiet,
  github,
  limitExitCode,
}: ExecOptions): Promise<(result: Result) => number> {
  const budget = maxPeak.length > 0 ? await import('./budget.js') : undefined;
  return (result) => {
    const code = exitCodeOf(result.exit, limitExitCode);
    if (code !== 0 || !budget) return code;
    return budget.budgetExitCode(result, { budget: { maxPeak, maxIncrease: [] }, quiet, github });
  };
}
