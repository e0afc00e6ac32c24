/** What there is to say of a run besides its peak: the most useful first. */
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
  /** Fit for a terminal, in lines of at most so many columns. */
  lines(columns: number): string[];
}

const namesShown = 4;
/** From this factor on the kernel's count says something else than the peak. */
const worthSaying = 1.1;

export function facts(result: Result): Fact[] {
  const { peak, heap, survivors = [], stages = [] } = result;
  return [
    ...(peak ? madeBy(peak) : []),
    ...(peak && peak.processCount > 1 ? largestProcess(result) : []),
    ...stagesOf(stages),
    ...kernelCount(result),
    ...(heap ? [fact('JavaScript heap', heapText(heap))] : []),
    ...(survivors.length > 0 ? [fact('still there', survivorsText(survivors))] : []),
    ...limit(result),
    ...(peak && !isMeasuredWell(result, peak)
      ? [fact('how measured', howMeasured(result, peak))]
      : []),
  ];
}

function fact(label: string, text: string): Fact {
  return { label, lines: (columns) => wrapped(text, columns) };
}

/** What is cut rather than told in full: command lines can be of any length. */
function oneLine(label: string, text: string): Fact {
  return { label, lines: (columns) => [fitted(text, columns)] };
}

/** Nothing where it is not known who did. */
export function madeBy({ tasks = [], processCount, processes, rollup }: Peak): Fact[] {
  const [only] = processes;
  if (!only && rollup.length === 0) return [];
  if (processCount <= 1 && only && tasks.length === 0) {
    return [oneLine('made by', commandText(only))];
  }
  const lines = (columns: number) => [
    ...(tasks.length > 0 ? tasksAtPeak(tasks, columns) : []),
    ...(tasks.length === 0 || processCount > 1 ? wrapped(rollupText(rollup), columns) : []),
  ];
  return [{ label: 'made by', lines }];
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
  return `${plainText(programName({ name, command: [] }))}${count > 1 ? ` x${count}` : ''} ${formatBytes(bytes)}`;
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

/** Only where it differs: it contains files, and misses what was in memory before. */
function kernelCount({ peak, cgroup }: Result): Fact[] {
  if (cgroup?.peakBytes === undefined) return [];
  const { peakBytes, anonBytes, fileBytes } = cgroup;
  if (peak && Math.abs(peakBytes - peak.bytes) < uselessBytes) return [];
  const factor = peak ? peakBytes / Math.max(1, peak.bytes) : Number.POSITIVE_INFINITY;
  if (factor < worthSaying && factor > 1 / worthSaying) return [];
  const parts = [
    ...(anonBytes === undefined ? [] : [`${formatBytes(anonBytes)} of processes`]),
    ...(fileBytes === undefined ? [] : [`${formatBytes(fileBytes)} of files`]),
  ];
  return [fact('the kernel says', [`${formatBytes(peakBytes)} at most`, ...parts].join(', '))];
}

function limit(result: Result): Fact[] {
  const proposed = containerLimit(result);
  return proposed ? [fact('container limit', `${limitText(proposed)}: ${proposed.reason}`)] : [];
}
