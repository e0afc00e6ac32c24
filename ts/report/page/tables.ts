/** Tables, with bars, of the tasks of a run and of the processes of its peak. */
import { formatBytes } from '../bytes.js';
import { formatDuration } from '../duration.js';
import { highest } from '../highest.js';
import type { PageProcess, PageTask, ProgramGroup } from './data.js';
import { element } from './dom.js';

const rowsAtFirst = 25;
const deepestIndent = 12;

interface Column<Row> {
  readonly title: string;
  readonly isNumber?: boolean;
  cell(row: Row): string | Node;
}

export function taskSection(tasks: readonly PageTask[]): HTMLElement {
  const rows = [...tasks].sort((one, other) => (other.peakBytes ?? -1) - (one.peakBytes ?? -1));
  const most = rows[0]?.peakBytes ?? 0;
  const hasWrappers = rows.some(({ wrapperBytes }) => wrapperBytes !== undefined);
  const columns: Column<PageTask>[] = [
    { title: 'Task', cell: ({ name }) => name },
    { title: 'Peak', isNumber: true, cell: ({ peakBytes }) => withBar(peakBytes, most) },
    ...(hasWrappers
      ? [{ title: 'Wrappers', isNumber: true, cell: (row: PageTask) => size(row.wrapperBytes) }]
      : []),
    { title: 'Time', isNumber: true, cell: ({ durationMs }) => duration(durationMs) },
    { title: 'How it went', cell: ({ how }) => how || 'ok' },
  ];
  return section('Tasks', `${tasks.length} in all, the largest first`, table(columns, rows));
}

export function processSection(
  processes: readonly PageProcess[],
  groups: readonly ProgramGroup[],
): HTMLElement {
  const most = highest(processes.map(({ bytes }) => bytes));
  const isTree = processes.some(({ depth }) => depth > 0);
  const hasTasks = processes.some(({ task }) => task !== undefined);
  const columns: Column<PageProcess>[] = [
    { title: 'Memory', isNumber: true, cell: ({ bytes }) => withBar(bytes, most) },
    ...(isTree
      ? [
          {
            title: 'With children',
            isNumber: true,
            cell: (row: PageProcess) => size(row.totalBytes),
          },
        ]
      : []),
    { title: 'Process', cell: commandCell },
    ...(hasTasks ? [{ title: 'Task', cell: ({ task = '' }: PageProcess) => task }] : []),
    { title: 'Started', isNumber: true, cell: ({ startedAtMs }) => `at ${duration(startedAtMs)}` },
    { title: 'PID', isNumber: true, cell: ({ pid }) => `${pid}` },
  ];
  const byName = groups
    .map(
      ({ name, count, bytes }) => `${name}${count > 1 ? ` ×${count}` : ''} ${formatBytes(bytes)}`,
    )
    .slice(0, 8)
    .join(', ');
  return section('At the peak', byName, table(columns, processes));
}

/** Indented by its depth in the tree. */
function commandCell({ command, depth }: PageProcess): Node {
  const code = element('code', {}, command);
  code.style.marginInlineStart = `${Math.min(depth, deepestIndent)}em`;
  return code;
}

function section(title: string, note: string, content: HTMLElement): HTMLElement {
  return element(
    'section',
    {},
    element('h2', {}, title),
    element('p', { class: 'note' }, note),
    content,
  );
}

function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): HTMLElement {
  const classOf = ({ isNumber }: Column<Row>): Record<string, string> =>
    isNumber ? { class: 'number' } : {};
  const line = (row: Row) =>
    element('tr', {}, ...columns.map((column) => element('td', classOf(column), column.cell(row))));
  const heads = columns.map((column) =>
    element('th', { scope: 'col', ...classOf(column) }, column.title),
  );
  const body = element('tbody', {}, ...rows.slice(0, rowsAtFirst).map(line));
  const whole = element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body);
  // A scrollable element must be reachable by keyboard.
  const scrolling = element('div', { class: 'scrolling', tabindex: '0' }, whole);
  const rest = rows.slice(rowsAtFirst);
  if (rest.length === 0) return scrolling;
  const more = element('button', { type: 'button' }, `Show ${rest.length} more`);
  more.addEventListener('click', () => {
    body.append(...rest.map(line));
    more.remove();
    scrolling.focus();
  });
  return element('div', {}, scrolling, more);
}

function withBar(bytes: number | undefined, most: number): string | Node {
  if (bytes === undefined) return '–';
  const bar = element('span', { class: 'bar' });
  bar.style.width = `${(100 * bytes) / Math.max(1, most)}%`;
  return element(
    'span',
    { class: 'measure' },
    formatBytes(bytes),
    element('span', { class: 'track' }, bar),
  );
}

function size(bytes: number | undefined): string {
  return bytes === undefined ? '–' : formatBytes(bytes);
}

function duration(ms: number | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}
