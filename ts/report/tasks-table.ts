/** The tasks of a run as a table, and the tasks of its peak in a line. */
import type { Task, TaskAtPeak } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { fitted, plainText, widthOf, wrapped } from './plain-text.js';
import { type Column, table } from './table.js';
import { howText } from './task-line.js';

const rowsShown = 10;
const namesShown = 2;
const longestName = 40;
/** With less room for the name than this, wrappers are left out. */
const narrowestName = 20;

const peak: Column<Task> = {
  title: 'PEAK',
  isNumber: true,
  text: (task) => size(task.peak?.bytes),
};
const wrappers: Column<Task> = {
  title: 'WRAPPERS',
  isNumber: true,
  importance: 1,
  text: (task) => size(task.wrappers?.bytes),
};
const time: Column<Task> = {
  title: 'TIME',
  isNumber: true,
  text: ({ status, durationMs }) =>
    status === 'skipped' || durationMs === undefined ? '-' : formatDuration(durationMs),
};
const name: Column<Task> = { title: 'TASK', text: nameCell };

/** Lines without line ends, each at most `columns` wide; none without tasks. */
export function tasksTable(tasks: readonly Task[], columns: number): string[] {
  if (tasks.length === 0) return [];
  const rows = [...tasks].sort(byPeak).slice(0, rowsShown);
  const more = tasks.length - rows.length;
  const wanted = rows.some((task) => task.wrappers)
    ? [peak, wrappers, time, name]
    : [peak, time, name];
  return [
    ...table(wanted, rows, { columns, narrowestLast: narrowestName }),
    ...(more > 0 ? [`${more} more`] : []),
  ];
}

/** Such as `web:build 3.1GB, api:build 1.2GB, 2 others 300MB`, in lines. */
export function tasksAtPeak(tasks: readonly TaskAtPeak[], columns: number): string[] {
  // A single other task is named too.
  const shown = tasks.length === namesShown + 1 ? tasks : tasks.slice(0, namesShown);
  const rest = tasks.slice(shown.length);
  const longest = Math.max(1, Math.min(longestName, columns - ',  1023.9MB'.length));
  const parts = shown.map(({ id, bytes }) => `${shortName(id, longest)} ${formatBytes(bytes)}`);
  if (rest.length > 0) {
    const bytes = rest.reduce((sum, task) => sum + task.bytes, 0);
    parts.push(`${rest.length} others ${formatBytes(bytes)}`);
  }
  return wrapped(parts.join(', '), columns);
}

function shortName(id: string, columns: number): string {
  return fitted(plainText(id), columns);
}

/** The name is cut before the outcome is. */
function nameCell(task: Task, room: number): string {
  const how = howText(task);
  return `${fitted(plainText(task.id), Math.max(1, room - widthOf(how)))}${how}`;
}

/** The largest first, unmeasured tasks last in their order. */
function byPeak(one: Task, other: Task): number {
  return (other.peak?.bytes ?? -1) - (one.peak?.bytes ?? -1);
}

function size(bytes: number | undefined): string {
  return bytes === undefined ? '-' : formatBytes(bytes);
}
