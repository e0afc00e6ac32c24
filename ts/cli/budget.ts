/** Whether a run kept within its budget. Loaded only when there is one. */
import { groupOf } from '../compare/comparison.js';
import { type Budget, judge } from '../compare/gate.js';
import { measuresOf } from '../compare/measures.js';
import { budgetAnnotations } from '../report/annotation.js';
import { gateLines } from '../report/gate.js';
import type { Result, RunMeasures } from '../result/types.js';
import { exitCodes } from './exit-code.js';
import { isInGithub } from './github.js';
import { say } from './write.js';

/** What a run is compared with. */
export interface Baseline {
  readonly name: string;
  readonly runs: readonly RunMeasures[];
}

interface Budgeted {
  readonly budget: Budget;
  readonly baseline?: Baseline | undefined;
  readonly quiet: boolean;
  /** Whether to annotate the job in GitHub Actions. */
  readonly github: boolean;
}

/** The exit code for a command that succeeded; a failed command keeps its own. */
export function budgetExitCode(
  result: Result,
  { budget, baseline, quiet, github }: Budgeted,
): number {
  if (budget.maxPeak.length + budget.maxIncrease.length === 0) return 0;
  const group = groupOf('the run', measuresOf(result));
  const reference = baseline && groupOf(baseline.name, baseline.runs, group.metric);
  const verdict = judge(group, budget, reference);
  // A peak that was not measured fails no command; one that cannot be compared does.
  const isOver =
    verdict.findings.some(({ isOver }) => isOver) ||
    verdict.unchecked.some(({ because }) => because === 'other-metric');
  const gated = { subject: group.name, baseline: baseline?.name, result };
  const lines = gateLines(verdict, gated);
  const isReported = isOver || verdict.unchecked.length > 0 || !quiet;
  if (isReported) for (const line of lines) say(`memtop: ${line}`);
  if (github && isInGithub(process.env)) {
    for (const line of budgetAnnotations(verdict, gated)) say(line);
  }
  return isOver ? exitCodes.budget : 0;
}
