/** The few lines that a run ends with. */
import { basename } from 'node:path';
import type { Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { fitted, plainText } from './plain-text.js';

const namesShown = 4;

/** The lines without their ends, each at most `columns` wide. */
export function summary(result: Result, columns: number): string[] {
  const lines = result.peak ? measured(result, result.peak) : unmeasured(result);
  return lines.map((line) => fitted(line, columns));
}

function measured(result: Result, peak: NonNullable<Result['peak']>): string[] {
  const { largestProcess } = result;
  return [
    `memtop: peak ${formatBytes(peak.bytes)} resident, ${atTime(result, peak.atMs)}`,
    `  largest process  ${largestProcess ? formatBytes(largestProcess.bytes) : 'unknown'} ` +
      `${commandText(largestProcess)}`,
    ...(peak.processCount > 1 ? [`  at the peak      ${rollup(peak.rollup)}`] : []),
    `  how measured     ${method(result)}`,
  ];
}

function unmeasured(result: Result): string[] {
  if (result.exit.cause === 'not-started') return [];
  const took = `took ${formatDuration(result.run.durationMs)}`;
  return result.processes
    ? [`memtop: no peak: the command ended before its memory was read once; ${took}`]
    : [`memtop: no peak: nothing was measured; ${took}`];
}

function atTime(result: Result, atMs: number): string {
  return `${formatDuration(atMs)} into ${formatDuration(result.run.durationMs)}`;
}

function commandText(process: Result['largestProcess']): string {
  if (!process) return '';
  const [program, ...args] = process.command;
  if (program === undefined) return plainText(process.name);
  return plainText([basename(program), ...args].join(' '));
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
