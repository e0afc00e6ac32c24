/** What a bench ends with. */
import { relative } from 'node:path';
import { metricName } from '../result/metric-names.js';
import type { Bench, Headline, Peak, Repeats, Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { table } from './columns.js';
import { formatDuration } from './duration.js';
import { type Fact, madeBy, stagesOf } from './facts.js';
import { howMeasured } from './how-measured.js';
import { fitted, plainText, wrapped } from './plain-text.js';
import { endingLines, labelled, summaryIndent } from './summary.js';
import { tasksTable } from './tasks-table.js';

const processesShown = 8;
const runsShown = 12;

/** The lines without their ends, for a terminal that is so many columns wide. */
export function benchSummary(result: Result, columns: number): string[] {
  const { bench, peak } = result;
  if (!bench) return [];
  const left = Math.max(1, columns - summaryIndent.length);
  const put = (label: string, text: string) => labelled(label, wrapped(text, left));
  const told = ({ label, lines }: Fact) => labelled(label, lines(left));
  return [
    ...endingLines(result, columns),
    ...wrapped(`memtop: ${firstLine(result, bench)}`, columns),
    ...(bench.container ? put('container', containerText(result, bench)) : []),
    ...(bench.hint === undefined ? [] : put('hint', plainText(bench.hint))),
    ...repeatLines(bench.repeats, put),
    ...(bench.headline?.from === 'cgroup'
      ? put('by the kernel', kernelText(result, bench.headline))
      : []),
    ...(peak ? put('by process', peakText(peak, bench.headline)) : []),
    ...(peak ? labelled('top processes', topLines(peak, left)) : []),
    ...(peak ? madeBy(peak).flatMap(told) : []),
    ...stagesOf(result.stages ?? []).flatMap(told),
    ...(peak ? put('how measured', howMeasured(result, peak)) : []),
    ...labelled('verified', verifyLines(bench, left)),
    ...(bench.logFile === undefined ? [] : put('log', shortPath(result, bench.logFile))),
    ...tasksTable(result.tasks ?? [], columns - 2).map((line) => `  ${line}`),
  ];
}

const outcomes = {
  ok: 'ok',
  'command-failed': 'the command FAILED',
  'verification-failed': 'verification FAILED',
  interrupted: 'interrupted',
} as const;

function firstLine({ run, exit }: Result, { outcome, headline, repeats }: Bench): string {
  const count = repeats?.runs.length ?? 1;
  const took = formatDuration(run.durationMs);
  const code = exit.signal ?? (exit.code === null ? 'unknown' : `code ${exit.code}`);
  const how = outcome === 'command-failed' ? `${outcomes[outcome]} (${code})` : outcomes[outcome];
  const when = count > 1 ? `${count} runs, the one in the middle in ${took}` : `in ${took}`;
  const bytes = repeats?.medianBytes ?? headline?.bytes;
  if (bytes === undefined) return `no peak: nothing was measured; ${how}, ${when}`;
  return `peak ${formatBytes(bytes)}${count > 1 ? ' (median)' : ''}; ${how}, ${when}`;
}

function kernelText({ cgroup }: Result, { bytes, baselineBytes }: Headline): string {
  const parts = [
    ...(cgroup?.anonBytes === undefined ? [] : [`${formatBytes(cgroup.anonBytes)} of processes`]),
    ...(cgroup?.fileBytes === undefined ? [] : [`${formatBytes(cgroup.fileBytes)} of files`]),
    ...(baselineBytes === undefined
      ? []
      : [`${formatBytes(baselineBytes)} before the command started`]),
  ];
  return [`${formatBytes(bytes)} at most in the group`, ...parts].join(', ');
}

function peakText({ bytes, atMs, metric }: Peak, headline: Headline | undefined): string {
  const text = `${formatBytes(bytes)} at ${formatDuration(atMs)} (${metricName(metric)})`;
  const gap = headline?.gapBytes;
  if (gap === undefined) return text;
  const size = formatBytes(Math.abs(gap));
  return gap >= 0
    ? `${text}; the kernel counts ${size} more: files in memory, and what it needs itself`
    : `${text}; the kernel counts ${size} less: what was in memory before is not counted again`;
}

function topLines({ processes }: Peak, columns: number): string[] {
  const shown = processes.slice(0, processesShown);
  const sizes = shown.map(({ bytes }) => formatBytes(bytes));
  const width = Math.max(0, ...sizes.map(({ length }) => length));
  return shown.map(({ name, command }, place) => {
    const text = plainText(command.length > 0 ? command.join(' ') : name);
    return fitted(`${(sizes[place] ?? '').padStart(width)}  ${text}`, columns);
  });
}

function repeatLines(
  repeats: Repeats | undefined,
  put: (label: string, text: string) => string[],
): string[] {
  if (!repeats || repeats.runs.length < 2 || repeats.medianBytes === undefined) return [];
  const { medianBytes, lowBytes = 0, highBytes = 0, confidence = 0, spreadBytes = 0 } = repeats;
  const percent = Math.round((1000 * spreadBytes) / medianBytes) / 10;
  const sure = Math.round(confidence * 100);
  const each = repeats.runs.map(({ kernelPeakBytes, peak }) =>
    formatBytes(kernelPeakBytes ?? peak?.bytes ?? 0),
  );
  const more = each.length > runsShown ? [`and ${each.length - runsShown} more`] : [];
  return [
    ...put(
      'all runs',
      `median ${formatBytes(medianBytes)}, ${sure} % interval ${formatBytes(lowBytes)} to ` +
        `${formatBytes(highBytes)}; spread ${formatBytes(spreadBytes)} (${percent} %)`,
    ),
    ...put('each', [...each.slice(0, runsShown), ...more].join(', ')),
    ...repeats.remarks.flatMap((remark) => put('note', plainText(remark))),
  ];
}

function containerText(result: Result, { container, headline }: Bench): string {
  if (!container) return '';
  const { engine, image, rootfs, memoryLimitBytes, fits } = container;
  const what = `${plainText(image ?? rootfs ?? '')} by ${engine}`;
  if (memoryLimitBytes === undefined) return what;
  const limit = formatBytes(memoryLimitBytes);
  if (fits === undefined) {
    return `${what}, which has not set the limit: whether it fits in ${limit} is not known`;
  }
  if (fits) {
    const peak = headline ? `: ${formatBytes(headline.bytes)} at most` : '';
    return `${what}: fits in ${limit}${peak}`;
  }
  const at = headline ? ` at ${formatBytes(headline.bytes)}` : '';
  const after = ` after ${formatDuration(result.run.durationMs)}`;
  return `${what}: does not fit in ${limit} (killed by the kernel${at}${after})`;
}

/** From where the command ran, as whoever called it reads it. */
function shortPath({ run }: Result, file: string): string {
  const path = run.cwd === undefined ? file : relative(run.cwd, file);
  return plainText(path.startsWith('..') ? file : path);
}

/** What has to be told also where no summary is wanted; no lines where all is well. */
export function verificationLines({ bench }: Result): string[] {
  if (bench?.outcome !== 'verification-failed') return [];
  return bench.verify
    .filter(({ isRequired, state }) => isRequired && state !== 'fresh')
    .map(({ path, state }) => {
      const what = state === 'missing' ? 'is not there' : 'is from before this run';
      return `verification failed: ${plainText(path)} ${what}`;
    });
}

function verifyLines({ verify, outcome }: Bench, columns: number): string[] {
  const exit = {
    state: outcome === 'command-failed' || outcome === 'interrupted' ? 'FAILED' : 'ok',
    name: 'the command ended with 0',
    detail: '',
  };
  const rows = [
    exit,
    ...verify.map(({ path, isRequired, state, fileCount, bytes }) => ({
      state: state === 'fresh' ? 'ok' : isRequired ? state.toUpperCase() : `${state}, optional`,
      name: plainText(path),
      detail:
        fileCount === 0
          ? ''
          : `${fileCount} ${fileCount === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`,
    })),
  ];
  const [, ...lines] = table([
    { title: '', cells: rows.map(({ state }) => state), isLeft: true },
    { title: '', cells: rows.map(({ name }) => name), isLeft: true },
    { title: '', cells: rows.map(({ detail }) => detail), isLeft: true },
  ]);
  return lines.map((line) => fitted(line, columns));
}
