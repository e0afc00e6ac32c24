/** What GitHub Actions shows at the top of a run: a workflow command. */
import type { Verdict } from '../compare/gate.js';
import type { Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { endingOf, endingText } from './ending.js';
import { findingText, type Gated } from './gate.js';
import { plainText } from './plain-text.js';

/** For a run that ended because of its memory, or that the guard warned about. */
export function annotation(result: Result): string | undefined {
  const { cause } = result.exit;
  const isEnded = cause === 'guard' || cause === 'oom-kernel' || cause === 'oom-heap';
  const ending = isEnded || result.oom ? endingOf(result) : undefined;
  if (ending) return command('error', titleOf(result), endingText(ending));
  const { guard, peak } = result;
  if (!guard?.warned || guard.warnBytes === undefined || !peak) return undefined;
  const text = `it had ${formatBytes(peak.bytes)}, past ${formatBytes(guard.warnBytes)}`;
  return command('warning', titleOf(result), text);
}

/** GitHub shows ten annotations of each kind per step. */
const mostShown = 10;

/** For each part of a run that was over its budget. */
export function budgetAnnotations({ findings }: Verdict, gated: Gated): string[] {
  const over = findings.filter(({ isOver }) => isOver).slice(0, mostShown);
  const title = gated.result ? titleOf(gated.result) : 'memtop';
  return over.map((finding) =>
    command('error', title, `over budget: ${findingText(finding, gated)}`),
  );
}

function titleOf({ run }: Result): string {
  return run.label === undefined ? 'memtop' : `memtop: ${plainText(run.label)}`;
}

function command(kind: 'error' | 'warning', title: string, text: string): string {
  return `::${kind} title=${property(title)}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
