/** The course of a run as CSV (RFC 4180): a row for each point, a column for each task. */
import type { Result } from '../result/types.js';
import { plainText } from './plain-text.js';
import { valuesAt } from './series.js';

const lineEnd = '\r\n';
const columns = ['time_ms', 'bytes'];

/** What a file begins with that gets a row for each sample. */
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

/** The word before it keeps a name from being taken for a formula, or for another column. */
function nameCell(id: string): string {
  const text = `task:${plainText(id)}`;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
