/** The few lines that a run ends with. */
import { basename } from 'node:path';
import type { Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { endingOf, endingText } from './ending.js';
import { fitted, plainText, wrapped } from './plain-text.js';
import { survivorsText } from './survivors.js';

type Peak = NonNullable<Result['peak']>;

const namesShown = 4;
/** A bound that is this many times as high tells nothing; the result has it all the same. */
const worthlessBound = 3;
/** From this factor on the difference between two ways to count is told. */
const worthSaying = 1.05;
const indent = ' '.repeat('  largest process  '.length);

/** The lines without their ends, for a terminal that is so many columns wide. */
export function summary(result: Result, columns: number): string[] {
  return [
    ...endingLines(result, columns),
    ...(result.peak ? measured(result, result.peak, columns) : unmeasured(result, columns)),
    ...survivorLines(result.survivors ?? [], columns),
  ];
}

/** Why it ended, where that needs a sentence. */
export function endingLines(result: Result, columns: number): string[] {
  const ending = endingOf(result);
  return ending ? wrapped(`memtop: ${endingText(ending)}`, columns) : [];
}

function survivorLines(survivors: NonNullable<Result['survivors']>, columns: number): string[] {
  if (survivors.length === 0) return [];
  const left = Math.max(1, columns - indent.length);
  return labelled('still there', wrapped(survivorsText(survivors), left));
}

function measured(result: Result, peak: Peak, columns: number): string[] {
  const left = Math.max(1, columns - indent.length);
  const { cgroup, largestProcess } = result;
  return [
    ...wrapped(headline(result, peak), columns),
    ...(cgroup?.peakBytes === undefined
      ? []
      : labelled('the kernel says', wrapped(kernelText(cgroup), left))),
    ...labelled('largest process', [fitted(largestText(largestProcess), left)]),
    ...(peak.processCount > 1 ? labelled('at the peak', wrapped(rollup(peak.rollup), left)) : []),
    ...labelled('how measured', wrapped(method(result, peak), left)),
  ];
}

function headline({ run }: Result, { bytes, highestRssBytes, atMs }: Peak): string {
  const when = `${formatDuration(atMs)} of ${formatDuration(run.durationMs)}`;
  const text = `memtop: peak ${formatBytes(bytes)}, at ${when}`;
  const isMuchMore = highestRssBytes > bytes * worthSaying;
  return isMuchMore
    ? `${text}; ${formatBytes(highestRssBytes)} if shared pages count in each process`
    : text;
}

function kernelText({ peakBytes, anonBytes, fileBytes }: NonNullable<Result['cgroup']>): string {
  const parts = [
    ...(anonBytes === undefined ? [] : [`${formatBytes(anonBytes)} of processes`]),
    ...(fileBytes === undefined ? [] : [`${formatBytes(fileBytes)} of files`]),
  ];
  return [`${formatBytes(peakBytes ?? 0)} at most`, ...parts].join(', ');
}

/** The label stands before the first line, and all of them are indented alike. */
function labelled(label: string, lines: string[]): string[] {
  return lines.map((line, index) =>
    index === 0 ? `  ${label}`.padEnd(indent.length) + line : indent + line,
  );
}

function unmeasured(result: Result, columns: number): string[] {
  if (result.exit.cause === 'not-started') return [];
  const took = `took ${formatDuration(result.run.durationMs)}`;
  const why = result.processes
    ? 'the command ended before its memory was read once'
    : 'nothing was measured';
  return wrapped(`memtop: no peak: ${why}; ${took}`, columns);
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

function method({ sampling, processes }: Result, peak: Peak): string {
  const { ticks, intervalMs, maxGapMs } = sampling;
  const parts = [
    peak.metric === 'pss' ? 'shared pages counted once (PSS)' : 'resident memory (RSS)',
  ];
  const isTraced = sampling.method === 'traced';
  const { released = 0, fallbackReason } = sampling;
  if (isTraced && released === 0) {
    const isExact = peak.upperBytes === undefined || peak.upperBytes <= peak.bytes;
    parts.push(isExact ? 'every process seen, exact' : `every process seen; ${bound(peak)}`);
  } else {
    if (isTraced) parts.push(`traced, but for ${released} of the processes`);
    parts.push(`${ticks} samples, one every ${formatMs(intervalMs)}`);
    if (maxGapMs !== undefined) parts.push(`longest gap ${formatDuration(maxGapMs)}`);
    parts.push(bound(peak));
  }
  if (processes && processes.unmeasured > 0) {
    parts.push(`${processes.unmeasured} of ${processes.seen} processes too short-lived to measure`);
    if (fallbackReason !== undefined) parts.push(`not traced: ${plainText(fallbackReason)}`);
  }
  return parts.join('; ');
}

function bound({ bytes, upperBytes }: Peak): string {
  return upperBytes === undefined || upperBytes > bytes * worthlessBound
    ? 'the true peak may be higher'
    : `the true peak is at most ${formatBytes(upperBytes)}`;
}

/** An interval is short, and the sampler's own choice is no round number. */
function formatMs(ms = 0): string {
  return `${Math.round(ms * 10) / 10}ms`;
}
