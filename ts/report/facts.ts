/** What the summary says about a run besides its peak, the most useful first. */
import type { Peak, Result, RollupEntry, Stage } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { uselessBytes } from './certainty.js';
import { containerLimit, limitText } from './container-limit.js';
import { formatDuration } from './duration.js';
import { heapText } from './heap.js';
import { howMeasured, isMeasuredWell } from './how-measured.js';
import { fitted, plainText, wrapped } from './plain-text.js';
import { commandText, programName } from './process-name.js';
import { survivorsText } from './survivors.js';
import { tasksAtPeak } from './tasks-table.js';

export interface Fact {
  readonly label: string;
  /** Plain text in lines of at most this width. */
  lines(columns: number): string[];
}

const namesShown = 4;
/** From this factor on, the kernel's count is worth showing beside the peak. */
const worthSaying = 1.1;

export function facts(result: Result): Fact[] {
  const { peak, heap, survivors = [], stages = [] } = result;
  return [
    ...(peak ? atPeak(peak) : []),
    ...(peak && peak.processCount > 1 ? largestProcess(result) : []),
    ...stagesOf(stages),
    ...kernelCount(result),
    ...(heap ? [fact('JavaScript heap', heapText(heap))] : []),
    ...(survivors.length > 0 ? [fact('survivors', survivorsText(survivors))] : []),
    ...limit(result),
    ...(peak && !isMeasuredWell(result, peak)
      ? [fact('how measured', howMeasured(result, peak))]
      : []),
  ];
}

function fact(label: string, text: string): Fact {
  return { label, lines: (columns) => wrapped(text, columns) };
}

/** Cut rather than wrapped, as command lines can be of any length. */
function oneLine(label: string, text: string): Fact {
  return { label, lines: (columns) => [fitted(text, columns)] };
}

/** The tasks and programs that held the memory; none where that is unknown. */
export function atPeak({ tasks = [], processCount, processes, rollup }: Peak): Fact[] {
  const [only] = processes;
  if (!only && rollup.length === 0) return [];
  if (processCount <= 1 && only && tasks.length === 0) {
    return [oneLine('at the peak', commandText(only))];
  }
  const lines = (columns: number) => [
    ...(tasks.length > 0 ? tasksAtPeak(tasks, columns) : []),
    ...(tasks.length === 0 || processCount > 1 ? wrapped(rollupText(rollup), columns) : []),
  ];
  return [{ label: 'at the peak', lines }];
}

function largestProcess({ largestProcess: largest }: Result): Fact[] {
  if (!largest || largest.bytes < uselessBytes) return [];
  return [oneLine('largest process', `${formatBytes(largest.bytes)} ${commandText(largest)}`)];
}

function rollupText(groups: readonly RollupEntry[]): string {
  const shown = groups.slice(0, namesShown).map(groupText);
  const rest = groups.slice(namesShown);
  if (rest.length > 0) {
    const count = rest.reduce((sum, group) => sum + group.count, 0);
    const bytes = rest.reduce((sum, group) => sum + group.bytes, 0);
    shown.push(`${count} more ${formatBytes(bytes)}`);
  }
  return shown.join(', ');
}

function groupText({ name, count, bytes }: RollupEntry): string {
  const program = plainText(programName({ name, command: [] }));
  return `${program}${count > 1 ? ` x${count}` : ''} ${formatBytes(bytes)}`;
}

export function stagesOf(stages: readonly Stage[]): Fact[] {
  return stages.length > 0 ? [fact('stages', stages.map(stageText).join(', '))] : [];
}

function stageText({ name, peakBytes, durationMs }: Stage): string {
  return [
    plainText(name),
    ...(peakBytes === undefined ? [] : [formatBytes(peakBytes)]),
    `in ${formatDuration(durationMs)}`,
  ].join(' ');
}

/** Only if it differs: it includes page cache, and excludes pages that were in memory before. */
function kernelCount({ peak, cgroup }: Result): Fact[] {
  if (cgroup?.peakBytes === undefined) return [];
  const { peakBytes } = cgroup;
  if (peak && Math.abs(peakBytes - peak.bytes) < uselessBytes) return [];
  const factor = peak ? peakBytes / Math.max(1, peak.bytes) : Number.POSITIVE_INFINITY;
  if (factor < worthSaying && factor > 1 / worthSaying) return [];
  return [fact('kernel', kernelPeakText(peakBytes, cgroup))];
}

/** Such as `1GB peak (900MB anonymous, 100MB page cache)`. */
export function kernelPeakText(
  peakBytes: number,
  cgroup: Result['cgroup'],
  more: readonly string[] = [],
): string {
  const { anonBytes, fileBytes } = cgroup ?? {};
  const parts = [
    ...(anonBytes === undefined ? [] : [`${formatBytes(anonBytes)} anonymous`]),
    ...(fileBytes === undefined ? [] : [`${formatBytes(fileBytes)} page cache`]),
    ...more,
  ];
  return `${formatBytes(peakBytes)} peak${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

function limit(result: Result): Fact[] {
  const proposed = containerLimit(result);
  return proposed ? [fact('container limit', `${limitText(proposed)}: ${proposed.reason}`)] : [];
}
