/** Stored runs as tables: the groups of equal commands with their trends, and the latest runs. */

import { leftOutText } from '../compare/metric-mismatch.js';
import { median } from '../compare/statistics/median.js';
import type { StoredGroup, StoredRun } from '../result/stored-run.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import type { Look } from './look.js';
import { plainText, wrapped } from './plain-text.js';
import { sparklineOfChanges } from './sparkline.js';
import { type Column, table } from './table.js';
import { trendText } from './trend.js';

/** Older runs say little about the present. */
export const runsOfTrend = 20;
/** As many runs as a person looks through. */
export const runsShown = 20;
const groupsShown = 20;
/** With less room for the name than this, less important columns are left out. */
const narrowestLast = 12;

/** Lines without line ends, no wider than the look. `runs` are the latest, oldest first. */
export function historyLines(
  groups: readonly StoredGroup[],
  runs: readonly StoredRun[],
  look: Look,
): string[] {
  const earlier = groups.reduce((sum, group) => sum + group.runs, 0) - runs.length;
  const width = { columns: look.columns, narrowestLast };
  const unshown = groups.length - groupsShown;
  return [
    ...table(groupColumns(look), groups.slice(0, groupsShown), width),
    ...(unshown > 0 ? [`${unshown} more, with earlier runs`] : []),
    ...leftOutLines(groups.slice(0, groupsShown), look.columns),
    '',
    ...table(runColumnsOf(runs), [...runs].reverse(), width),
    ...(earlier > 0 ? [`${earlier} earlier ${earlier === 1 ? 'run' : 'runs'}`] : []),
  ];
}

/** Runs that are left out of the figures, as they have another metric than the latest run. */
function leftOutLines(groups: readonly StoredGroup[], columns: number): string[] {
  const texts = groups.flatMap(
    (group) => leftOutText(nameOf(group), group.otherMetrics ?? [], group.metric) ?? [],
  );
  return texts.flatMap((text) => wrapped(text, columns));
}

/** The label, or else the command. */
function nameOf({ label, command = [] }: StoredGroup | StoredRun): string {
  return plainText(label ?? command.join(' '));
}

/** The exit code, or why it ended, in a word. */
export function shortEnd({ state, exit }: StoredRun): string {
  if (state !== 'ended' || !exit) return state;
  if (exit.cause === 'exit') return `${exit.code ?? '-'}`;
  return exit.cause === 'signal' ? (exit.signal ?? 'signal') : exit.cause;
}

/** In the local time zone. */
export function localTime(at: string): string {
  const time = new Date(at);
  const two = (number: number) => `${number}`.padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

function groupColumns({ isAscii }: Look): Column<StoredGroup>[] {
  const measured = ({ peaks }: StoredGroup) => peaks.filter((peak) => peak !== null);
  const size = (bytes: number | null | undefined) => (bytes == null ? '-' : formatBytes(bytes));
  const middle = (peaks: number[]) => size(peaks.length > 0 ? median(peaks) : null);
  return [
    { title: 'RUNS', isNumber: true, importance: 3, text: ({ runs }) => `${runs}` },
    { title: 'LATEST PEAK', isNumber: true, text: ({ peaks }) => size(peaks.at(-1)) },
    {
      title: 'MEDIAN',
      isNumber: true,
      importance: 2,
      text: (group) => middle(measured(group)),
    },
    {
      title: 'TREND',
      isNumber: true,
      importance: 4,
      text: (group) => trendText(measured(group)),
    },
    ...(isAscii
      ? []
      : [
          {
            title: `LATEST ${runsOfTrend}`,
            importance: 1,
            text: ({ peaks }: StoredGroup) => sparklineOfChanges(peaks),
          },
        ]),
    { title: 'WHAT', text: nameOf },
  ];
}

/** Runs of different metrics show them. */
function runColumnsOf(runs: readonly StoredRun[]): Column<StoredRun>[] {
  const metrics = new Set(runs.flatMap(({ peakMetric }) => peakMetric ?? []));
  if (metrics.size < 2) return runColumns;
  const place = runColumns.findIndex(({ title }) => title === 'PEAK') + 1;
  const metric: Column<StoredRun> = {
    title: 'METRIC',
    importance: 4,
    text: ({ peakMetric }) => peakMetric ?? '-',
  };
  return runColumns.toSpliced(place, 0, metric);
}

const runColumns: Column<StoredRun>[] = [
  { title: 'RUN', importance: 2, text: ({ id }) => id },
  { title: 'STARTED', importance: 5, text: ({ startedAt }) => localTime(startedAt) },
  {
    title: 'TOOK',
    isNumber: true,
    importance: 1,
    text: ({ durationMs }) => (durationMs === undefined ? '-' : formatDuration(durationMs)),
  },
  {
    title: 'PEAK',
    isNumber: true,
    text: ({ peakBytes }) => (peakBytes === undefined ? '-' : formatBytes(peakBytes)),
  },
  { title: 'ENDED', isNumber: true, importance: 3, text: shortEnd },
  { title: 'WHAT', text: nameOf },
];
