/** One stored run, with its report if it has ended. */
import type { StoredRun, StoredTimeline } from '../result/stored-run.js';
import type { Result } from '../result/types.js';
import { benchSummary } from './bench-summary.js';
import { formatBytes } from './bytes.js';
import { chartLines } from './chart.js';
import { formatDuration } from './duration.js';
import { highest } from './highest.js';
import { localTime } from './history.js';
import type { Look } from './look.js';
import { fitted, plainText, wrapped } from './plain-text.js';
import { programName } from './process-name.js';
import type { Timed } from './stacked-timeline.js';
import { summary } from './summary.js';

const processesShown = 5;

/** Lines without line ends. */
export function showLines(
  run: StoredRun,
  result: Result | undefined,
  timeline: StoredTimeline,
  look: Look,
): string[] {
  const { columns } = look;
  return [
    ...heading(run, columns),
    ...(result
      ? [...reportOf(result, columns), ...chartLines(result, look)]
      : [...unended(run, timeline, columns), ...chartLines(timedFrom(timeline), look)]),
  ];
}

function reportOf(result: Result, columns: number): string[] {
  return result.bench ? benchSummary(result, columns) : summary(result, columns);
}

function heading(run: StoredRun, columns: number): string[] {
  const { id, label, command, cwd, startedAt } = run;
  const name = label === undefined ? '' : ` (${plainText(label)})`;
  return [
    ...wrapped(`run ${id}${name}, ${localTime(startedAt)}`, columns),
    fitted(`  ${plainText(command.join(' '))}`, columns),
    ...(cwd === undefined ? [] : [fitted(`  in ${plainText(cwd)}`, columns)]),
  ];
}

function timedFrom({ sums }: StoredTimeline): Timed {
  const [atMs, bytes] = [0, 1].map((column) => sums.map((point) => point[column] ?? 0));
  return { timeline: { atMs: atMs ?? [], bytes: bytes ?? [] } };
}

function unended(run: StoredRun, { processes }: StoredTimeline, columns: number): string[] {
  const { state, durationMs, peakBytes } = run;
  const what =
    state === 'running'
      ? 'still running'
      : 'interrupted: memtop ended before the command, and what happened later is unknown';
  const peak = peakBytes === undefined ? 'no memory read yet' : `peak ${formatBytes(peakBytes)}`;
  const until =
    durationMs === undefined ? '' : `, last seen ${formatDuration(durationMs)} after its start`;
  const largest = processes
    .map(({ name, points }) => ({
      name,
      bytes: highest(points.map(([, bytes]) => bytes ?? 0)),
    }))
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, processesShown)
    .map(
      ({ name, bytes }) => `${plainText(programName({ name, command: [] }))} ${formatBytes(bytes)}`,
    );
  return [
    ...wrapped(`memtop: ${what}; ${peak}${until}`, columns),
    ...(largest.length > 0 ? [fitted(`  largest          ${largest.join(', ')}`, columns)] : []),
  ];
}
