/** The output of `memtop gate` and of budgets. */
import type { Finding, Unchecked, Verdict } from '../compare/gate.js';
import { redactedCommand } from '../result/redact.js';
import type { Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { percentText } from './diff.js';
import { fitted, plainText } from './plain-text.js';
import { shellWord } from './shell-word.js';

const longestCommand = 70;

export interface Gated {
  /** The name that was given, or the run itself. */
  readonly subject: string;
  /** What the result is compared with. */
  readonly baseline?: string | undefined;
  /** One of the runs, for its largest process and its command. */
  readonly result: Result | undefined;
}

/** Lines without line ends: each failure, its largest process, and how to reproduce it. */
export function gateLines(verdict: Verdict, gated: Gated): string[] {
  const over = verdict.findings.filter(({ isOver }) => isOver);
  const lines = [
    ...over.flatMap((finding) => [
      `over budget: ${findingText(finding, gated)}`,
      ...largestLines(finding, gated.result),
    ]),
    ...verdict.unchecked.map((one) => `cannot tell: ${uncheckedText(one, gated)}`),
  ];
  const [first] = verdict.findings;
  if (lines.length === 0 && first) {
    const others = verdict.findings.length - 1;
    const more = others > 0 ? `; ${others} more within their budgets` : '';
    return [`within budget: ${findingText(first, gated)}${more}`];
  }
  return over.length > 0 ? [...lines, ...againLines(gated.result)] : lines;
}

/** The peak, and the limit that it is compared with. */
export function findingText({ task, bytes, isOver, limit }: Finding, gated: Gated): string {
  const { subject, baseline, result } = gated;
  const who = plainText(task === undefined ? subject : `${subject}: ${task}`);
  // Not to be mistaken for the headline, which is the kernel's figure.
  const isOther = task === undefined && result?.bench?.headline?.from === 'cgroup';
  const peak = isOther ? 'peak by process' : 'peak';
  if (limit.kind === 'max') {
    const allowed = `${formatBytes(limit.bytes)} allowed`;
    const by = isOver
      ? `, ${formatBytes(bytes - limit.bytes)} above the ${allowed}`
      : ` of ${allowed}`;
    return `${who}: ${peak} ${formatBytes(bytes)}${by}`;
  }
  const { percent, baselineBytes, allowedPercent, noisePercent } = limit;
  const than = `${formatBytes(baselineBytes)} of ${plainText(baseline ?? 'the baseline')}`;
  const chance =
    noisePercent === undefined
      ? 'one run of each, so the noise is unknown'
      : `noise alone makes up to ${percentText(noisePercent)}`;
  return (
    `${who}: ${peak} ${formatBytes(bytes)}, ${percentText(percent)} against the ${than}; ` +
    `+${allowedPercent} % allowed, ${chance}`
  );
}

function uncheckedText(
  { task, because, message }: Unchecked,
  { subject, baseline }: Gated,
): string {
  const who = plainText(task === undefined ? subject : `${subject}: ${task}`);
  switch (because) {
    case 'no-such-task':
      return `${who}: there is no task of that name that was measured`;
    case 'not-in-baseline':
      return `${who} is not in ${plainText(baseline ?? 'the baseline')}`;
    case 'not-measured':
      return `${who} has no peak: it was not measured`;
    case 'other-metric':
      return plainText(message ?? `${who} was measured in another metric`);
  }
}

function largestLines({ task }: Finding, result: Result | undefined): string[] {
  const peak =
    task === undefined ? result?.peak : result?.tasks?.find(({ id }) => id === task)?.peak;
  const [largest] = peak?.processes ?? [];
  if (!largest) return [];
  const bytes = formatBytes(largest.bytes);
  const command = largest.command.length > 0 ? largest.command : [largest.name];
  const of = largest.task !== undefined && task === undefined ? ` of ${largest.task}` : '';
  const count = `${peak?.processCount} ${peak?.processCount === 1 ? 'process' : 'processes'}`;
  return [`  the largest of ${count}${plainText(of)}: ${bytes} ${shown(command)}`];
}

function againLines(result: Result | undefined): string[] {
  if (!result) return [];
  const { command, cwd } = result.run;
  const line = redactedCommand(command).map(shellWord).join(' ');
  const place = cwd === undefined ? '' : `cd ${shellWord(plainText(cwd))} && `;
  const tool = command[0] === 'memtop' ? '' : `memtop${result.bench ? ' bench' : ''} -- `;
  return [`  to see it again: ${place}${tool}${plainText(line)}`];
}

function shown(command: readonly string[]): string {
  return fitted(plainText(redactedCommand(command).join(' ')), longestCommand);
}
