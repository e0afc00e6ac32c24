/** The tasks of a run as a table, and those that made up its peak. */
import type { Task, TaskAtPeak } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { fitted, plainText, wrapped } from './plain-text.js';
import { howText } from './task-line.js';

const rowsShown = 10;
const namesShown = 2;
const longestName = 40;
/** Below this the wrappers give their place to the name. */
const narrowestName = 20;

interface Column {
  readonly title: string;
  readonly text: (task: Task) => string;
}

const peak: Column = { title: 'PEAK', text: (task) => size(task.peak?.bytes) };
const wrappers: Column = { title: 'WRAPPERS', text: (task) => size(task.wrappers?.bytes) };
const time: Column = {
  title: 'TIME',
  text: ({ status, durationMs }) =>
    status === 'skipped' || durationMs === undefined ? '-' : formatDuration(durationMs),
};

/** The lines without their ends, each at most `columns` wide. No lines for no tasks. */
export function tasksTable(tasks: readonly Task[], columns: number): string[] {
  if (tasks.length === 0) return [];
  const rows = [...tasks].sort(byPeak).slice(0, rowsShown);
  const more = tasks.length - rows.length;
  const wanted = rows.some((task) => task.wrappers) ? [peak, wrappers, time] : [peak, time];
  let cells = wanted.map((column) => aligned(column, rows));
  if (columns - widthOf(cells) < narrowestName) {
    cells = [peak, time].map((column) => aligned(column, rows));
  }
  const names = ['TASK', ...rows.map((task) => nameCell(task, columns - widthOf(cells)))];
  return [
    ...names.map((name, index) =>
      fitted([...cells.map((column) => column[index]), name].join('  '), columns),
    ),
    ...(more > 0 ? [`${more} more`] : []),
  ];
}

/** Such as `web:build 3.1GB + api:build 1.2GB + 2 others 300MB`, in lines. */
export function tasksAtPeak(tasks: readonly TaskAtPeak[], columns: number): string[] {
  // One other has a name as well.
  const shown = tasks.length === namesShown + 1 ? tasks : tasks.slice(0, namesShown);
  const rest = tasks.slice(shown.length);
  const longest = Math.max(1, Math.min(longestName, columns - '+  1023.9MB'.length));
  const parts = shown.map(({ id, bytes }) => `${shortName(id, longest)} ${formatBytes(bytes)}`);
  if (rest.length > 0) {
    const bytes = rest.reduce((sum, task) => sum + task.bytes, 0);
    parts.push(`${rest.length} others ${formatBytes(bytes)}`);
  }
  return wrapped(parts.join(' + '), columns);
}

function shortName(id: string, columns: number): string {
  return fitted(plainText(id), columns);
}

/** What became of it is not cut before its name is. */
function nameCell(task: Task, columns: number): string {
  const how = howText(task);
  return `${fitted(plainText(task.id), Math.max(1, columns - how.length))}${how}`;
}

/** The largest first; those that were not measured last, as they came. */
function byPeak(one: Task, other: Task): number {
  return (other.peak?.bytes ?? -1) - (one.peak?.bytes ?? -1);
}

function size(bytes: number | undefined): string {
  return bytes === undefined ? '-' : formatBytes(bytes);
}

/** The title and then the rows, all of one width. */
function aligned({ title, text }: Column, tasks: readonly Task[]): string[] {
  const cells = [title, ...tasks.map(text)];
  const width = Math.max(...cells.map((cell) => cell.length));
  return cells.map((cell) => cell.padStart(width));
}

function widthOf(columns: readonly (readonly string[])[]): number {
  return columns.reduce((sum, [title = '']) => sum + title.length + 2, 0);
}
