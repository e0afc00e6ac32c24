/** Runs of the store as tables: what was run how often, with its trend, and the latest runs. */

import { leftOutText } from '../compare/metric-mismatch.js';
import { median } from '../compare/statistics/median.js';
import type { StoredGroup, StoredRun } from '../result/stored-run.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import type { Look } from './look.js';
import { fitted, plainText, wrapped } from './plain-text.js';
import { sparkline, trendText } from './trend.js';

/** Older ones tell little of how things are. */
export const runsOfTrend = 20;
/** As many runs as a person looks through. */
export const runsShown = 20;
const groupsShown = 20;

/**
 * The lines without their ends, each at most as wide as that. `runs` are the latest of all, oldest
 * first.
 */
export function historyLines(
  groups: readonly StoredGroup[],
  runs: readonly StoredRun[],
  look: Look,
): string[] {
  const earlier = groups.reduce((sum, group) => sum + group.runs, 0) - runs.length;
  const unshown = groups.length - groupsShown;
  return [
    ...table(groupColumns(look), groups.slice(0, groupsShown), look.columns),
    ...(unshown > 0 ? [`${unshown} more, with earlier runs`] : []),
    ...leftOutLines(groups.slice(0, groupsShown), look.columns),
    '',
    ...table(runColumnsOf(runs), [...runs].reverse(), look.columns),
    ...(earlier > 0 ? [`${earlier} earlier ${earlier === 1 ? 'run' : 'runs'}`] : []),
  ];
}

/** What is not in the figures, since it was measured otherwise than the latest run. */
function leftOutLines(groups: readonly StoredGroup[], columns: number): string[] {
  const texts = groups.flatMap(
    (group) => leftOutText(nameOf(group), group.otherMetrics ?? [], group.metric) ?? [],
  );
  return texts.flatMap((text) => wrapped(text, columns));
}

/** What it is known by: its label, else its command. */
function nameOf({ label, command = [] }: StoredGroup | StoredRun): string {
  return plainText(label ?? command.join(' '));
}

/** How it ended, in a word. */
export function endWord({ state, exit }: StoredRun): string {
  if (state !== 'ended' || !exit) return state;
  if (exit.cause === 'exit') return `${exit.code ?? '-'}`;
  return exit.cause === 'signal' ? (exit.signal ?? 'signal') : exit.cause;
}

/** As the clocks here show it. */
export function localTime(at: string): string {
  const time = new Date(at);
  const two = (number: number) => `${number}`.padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

interface Column<T> {
  readonly title: string;
  readonly isNumber?: boolean;
  text(row: T): string;
}

function groupColumns({ isAscii }: Look): Column<StoredGroup>[] {
  const measured = ({ peaks }: StoredGroup) => peaks.filter((peak) => peak !== null);
  const size = (bytes: number | null | undefined) => (bytes == null ? '-' : formatBytes(bytes));
  const middle = (peaks: number[]) => size(peaks.length > 0 ? median(peaks) : null);
  return [
    { title: 'RUNS', isNumber: true, text: ({ runs }) => `${runs}` },
    { title: 'LATEST PEAK', isNumber: true, text: ({ peaks }) => size(peaks.at(-1)) },
    { title: 'MEDIAN', isNumber: true, text: (group) => middle(measured(group)) },
    { title: 'TREND', isNumber: true, text: (group) => trendText(measured(group)) },
    ...(isAscii
      ? []
      : [{ title: `LATEST ${runsOfTrend}`, text: ({ peaks }: StoredGroup) => sparkline(peaks) }]),
    { title: 'WHAT', text: nameOf },
  ];
}

/** What was measured in different metrics says in which. */
function runColumnsOf(runs: readonly StoredRun[]): Column<StoredRun>[] {
  const metrics = new Set(runs.flatMap(({ peakMetric }) => peakMetric ?? []));
  if (metrics.size < 2) return runColumns;
  const place = runColumns.findIndex(({ title }) => title === 'PEAK') + 1;
  const metric: Column<StoredRun> = {
    title: 'METRIC',
    text: ({ peakMetric }) => peakMetric ?? '-',
  };
  return runColumns.toSpliced(place, 0, metric);
}

const runColumns: Column<StoredRun>[] = [
  { title: 'RUN', text: ({ id }) => id },
  { title: 'STARTED', text: ({ startedAt }) => localTime(startedAt) },
  {
    title: 'TOOK',
    isNumber: true,
    text: ({ durationMs }) => (durationMs === undefined ? '-' : formatDuration(durationMs)),
  },
  {
    title: 'PEAK',
    isNumber: true,
    text: ({ peakBytes }) => (peakBytes === undefined ? '-' : formatBytes(peakBytes)),
  },
  { title: 'ENDED', isNumber: true, text: endWord },
  { title: 'WHAT', text: nameOf },
];

function table<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): string[] {
  const cells = columns.map(({ title, text }) => [title, ...rows.map(text)]);
  const widths = cells.map((column) => Math.max(...column.map((cell) => cell.length)));
  return ['', ...rows].map((_, line) => {
    const texts = columns.map(({ isNumber }, index) => {
      const cell = cells[index]?.[line] ?? '';
      const wide = widths[index] ?? 0;
      if (isNumber) return cell.padStart(wide);
      return index === columns.length - 1 ? cell : cell.padEnd(wide);
    });
    return fitted(texts.join('  '), width);
  });
}
