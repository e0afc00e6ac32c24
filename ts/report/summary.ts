/** The few lines that a run ends with. */
import { basename } from 'node:path';
import type { Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { fitted, plainText, wrapped } from './plain-text.js';

const namesShown = 4;
const indent = ' '.repeat('  largest process  '.length);

/** The lines without their ends, for a terminal that is so many columns wide. */
export function summary(result: Result, columns: number): string[] {
  return result.peak ? measured(result, result.peak, columns) : unmeasured(result);
}

function measured(result: Result, peak: NonNullable<Result['peak']>, columns: number): string[] {
  const when = `${formatDuration(peak.atMs)} of ${formatDuration(result.run.durationMs)}`;
  const left = Math.max(1, columns - indent.length);
  return [
    ...wrapped(`memtop: peak ${formatBytes(peak.bytes)} resident, at ${when}`, columns),
    ...labelled('largest process', [fitted(largestText(result.largestProcess), left)]),
    ...(peak.processCount > 1 ? labelled('at the peak', wrapped(rollup(peak.rollup), left)) : []),
    ...labelled('how measured', wrapped(method(result), left)),
  ];
}

/** The label stands before the first line, and all of them are indented alike. */
function labelled(label: string, lines: string[]): string[] {
  return lines.map((line, index) =>
    index === 0 ? `  ${label}`.padEnd(indent.length) + line : indent + line,
  );
}

function unmeasured(result: Result): string[] {
  if (result.exit.cause === 'not-started') return [];
  const took = `took ${formatDuration(result.run.durationMs)}`;
  return result.processes
    ? [`memtop: no peak: the command ended before its memory was read once; ${took}`]
    : [`memtop: no peak: nothing was measured; ${took}`];
}

function largestText(largest: Result['largestProcess']): string {
  if (!largest) return 'unknown';
  const [program, ...args] = largest.command;
  const command = program === undefined ? largest.name : [basename(program), ...args].join(' ');
  return `${formatBytes(largest.bytes)} ${plainText(command)}`;
}

function rollup(groups: NonNullable<Result['peak']>['rollup']): string {
  const shown = groups.slice(0, namesShown).map(groupText);
  const rest = groups.slice(namesShown);
  if (rest.length > 0) {
    const count = rest.reduce((sum, group) => sum + group.count, 0);
    const bytes = rest.reduce((sum, group) => sum + group.bytes, 0);
    shown.push(`${count} more ${formatBytes(bytes)}`);
  }
  return shown.join(', ');
}

function groupText({ name, count, bytes }: { name: string; count: number; bytes: number }): string {
  return `${plainText(name)}${count > 1 ? ` x${count}` : ''} ${formatBytes(bytes)}`;
}

function method({ sampling, processes }: Result): string {
  const parts = [
    `sum of resident memory, ${sampling.ticks} samples, one every ${sampling.intervalMs}ms`,
  ];
  if (sampling.maxGapMs !== undefined) {
    parts.push(`longest gap ${formatDuration(sampling.maxGapMs)}`);
  }
  if (processes && processes.unmeasured > 0) {
    parts.push(`${processes.unmeasured} of ${processes.seen} processes too short-lived to measure`);
  }
  return parts.join('; ');
}
