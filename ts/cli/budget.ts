/** Whether a run kept within its budget. Loaded only where there is one. */
import { type Group, groupOf } from '../compare/comparison.js';
import { type Budget, judge } from '../compare/gate.js';
import { measuresOf } from '../compare/measures.js';
import { budgetAnnotations } from '../report/annotation.js';
import { gateLines } from '../report/gate.js';
import type { Result } from '../result/types.js';
import { exitCodes } from './exit-code.js';
import { isInGithub } from './github.js';
import { say } from './write.js';

interface Budgeted {
  readonly budget: Budget;
  readonly baseline?: Group | undefined;
  readonly quiet: boolean;
  /** Whether GitHub is told where it runs there. */
  readonly github: boolean;
}

/** The exit code of a command that has ended well: another one tells more, and stays. */
export function keptBudget(result: Result, { budget, baseline, quiet, github }: Budgeted): number {
  if (budget.maxPeak.length + budget.maxIncrease.length === 0) return 0;
  const group = groupOf('the run', measuresOf(result));
  const verdict = judge(group, budget, baseline);
  // What could not be measured fails no command.
  const isOver = verdict.findings.some(({ isOver }) => isOver);
  const gated = { subject: group.name, baseline: baseline?.name, result };
  const lines = gateLines(verdict, gated);
  const isWorthSaying = isOver || verdict.unchecked.length > 0 || !quiet;
  if (isWorthSaying) for (const line of lines) say(`memtop: ${line}`);
  if (github && isInGithub(process.env)) {
    for (const line of budgetAnnotations(verdict, gated)) say(line);
  }
  return isOver ? exitCodes.budget : 0;
}
