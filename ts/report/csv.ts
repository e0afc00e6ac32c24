/** A run's memory over time as CSV (RFC 4180): a row for each point, a column for each task. */
import type { Result } from '../result/types.js';
import { plainText } from './plain-text.js';
import { valuesAt } from './series.js';

const lineEnd = '\r\n';
const columns = ['time_ms', 'bytes'];

/** The header of a file with a row for each sample. */
export const samplesHeader = columns.join(',') + lineEnd;

export function resultCsv({ timeline, tasks = [] }: Result): string {
  const { atMs, bytes } = timeline ?? { atMs: [], bytes: [] };
  const ofTasks = tasks.map((task) => (task.timeline ? valuesAt(atMs, task.timeline) : []));
  return [
    [...columns, ...tasks.map(({ id }) => nameCell(id))],
    ...atMs.map((time, row) => [time, bytes[row], ...ofTasks.map((values) => values[row] ?? '')]),
  ]
    .map((cells) => cells.join(',') + lineEnd)
    .join('');
}

/** The prefix keeps a name from being read as a formula or as another column. */
function nameCell(id: string): string {
  const text = `task:${plainText(id)}`;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
