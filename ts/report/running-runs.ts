/** Running runs, each with its process trees. */
import type { ProcessRecord } from '../inspect/process.js';
import type { StoredRun } from '../result/stored-run.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { fitted, plainText } from './plain-text.js';
import { processTreeTable } from './processes.js';

interface RunningRun {
  readonly run: StoredRun;
  readonly processes: readonly ProcessRecord[];
}

/** Lines without line ends. `nowMs` is the time since the epoch. */
export function runningLines(
  running: readonly RunningRun[],
  nowMs: number,
  columns: number,
): string[] {
  return running.flatMap(({ run, processes }, index) => [
    ...(index > 0 ? [''] : []),
    fitted(headline(run, nowMs), columns),
    ...(processes.length > 0
      ? processTreeTable(processes, columns - 2).map((line) => `  ${line}`)
      : ['  on another machine or in another container']),
  ]);
}

function headline({ id, label, command, startedAt, peakBytes }: StoredRun, nowMs: number): string {
  const age = formatDuration(Math.max(0, nowMs - Date.parse(startedAt)));
  const peak = peakBytes === undefined ? '' : `, peak ${formatBytes(peakBytes)}`;
  const name = label === undefined ? '' : ` (${plainText(label)})`;
  return `${id}${name}  ${age}${peak}  ${plainText(command.join(' '))}`;
}
