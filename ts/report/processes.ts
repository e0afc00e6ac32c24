/** Processes as a table: one a line, the largest first. */
import type { ProcessRecord } from '../inspect/process.js';
import { formatBytes } from './bytes.js';
import { fitted, plainText } from './plain-text.js';

/** Below this, what tells least gives its place to the command. */
const narrowestCommand = 20;
/** What stays of a command however deep in its tree it stands. */
const narrowestBehindLines = 12;

/** Of the lines that lead to a process, no more is shown, wherever it goes. */
const mostLines = 1_000;

interface Row {
  readonly process: ProcessRecord;
  /** The lines that lead to it from its parent. */
  readonly lines: string;
  /** Memory of it and all its descendants; absent where it has none. */
  readonly treeBytes?: number;
}

interface Column {
  readonly title: string;
  text(row: Row): string;
}

const pid: Column = { title: 'PID', text: ({ process }) => `${process.pid}` };
const parent: Column = { title: 'PPID', text: ({ process }) => `${process.parentPid}` };
const memory: Column = { title: 'RSS', text: ({ process }) => formatBytes(process.rssBytes) };
const cpu: Column = { title: 'CPU', text: ({ process }) => percent(process.cpuPercent) };
const tree: Column = {
  title: 'TREE',
  text: ({ treeBytes }) => (treeBytes === undefined ? '' : formatBytes(treeBytes)),
};

/** The lines without their ends, each at most `columns` wide. No lines for no processes. */
export function processTable(processes: readonly ProcessRecord[], columns: number): string[] {
  const rows = [...processes].sort(bySize).map((process) => ({ process, lines: '' }));
  return table(rows, [pid, parent, memory, cpu], [parent, cpu], columns);
}

/** The same as trees: who was started by another stands below it. */
export function processTrees(processes: readonly ProcessRecord[], columns: number): string[] {
  return table(treeRows(processes), [pid, memory, tree, cpu], [cpu], columns);
}

function bySize(one: ProcessRecord, other: ProcessRecord): number {
  return other.rssBytes - one.rssBytes || one.pid - other.pid;
}

function table(
  rows: readonly Row[],
  wanted: readonly Column[],
  dispensable: readonly Column[],
  columns: number,
): string[] {
  if (rows.length === 0) return [];
  let shown = wanted.map((column) => aligned(column, rows));
  for (const column of dispensable) {
    if (columns - widthOf(shown) >= narrowestCommand) break;
    shown = shown.filter(({ title }) => title !== column.title);
  }
  const left = Math.max(1, columns - widthOf(shown));
  const heads = shown.map(({ head }) => `${head}  `).join('');
  return [
    fitted(`${heads}COMMAND`, columns),
    ...rows.map((row, index) => {
      const cells = shown.map(({ cells }) => `${cells[index]}  `).join('');
      return fitted(`${cells}${commandCell(row, left)}`, columns);
    }),
  ];
}

interface Aligned {
  readonly title: string;
  readonly width: number;
  readonly head: string;
  readonly cells: readonly string[];
}

function aligned({ title, text }: Column, rows: readonly Row[]): Aligned {
  const cells = rows.map(text);
  const width = cells.reduce((widest, cell) => Math.max(widest, cell.length), title.length);
  return {
    title,
    width,
    head: title.padStart(width),
    cells: cells.map((cell) => cell.padStart(width)),
  };
}

function widthOf(columns: readonly Aligned[]): number {
  return columns.reduce((sum, { width }) => sum + width + 2, 0);
}

function commandCell({ process, lines }: Row, columns: number): string {
  const most = Math.max(0, columns - narrowestBehindLines);
  const shown = lines.length <= most ? lines : `…${lines.slice(lines.length - most + 1)}`;
  return `${most > 0 ? shown : ''}${commandText(process)}`;
}

/** The command line without the folders that the program lies in. */
function commandText({ name, command, state }: ProcessRecord): string {
  if (state === 'zombie') return `${plainText(name)} (ended, not yet noticed by its parent)`;
  if (command.length === 0) return `[${plainText(name)}]`;
  return plainText(command.join(' ')).replace(/^\/(?:[^/ ]*\/)+(?=[^/ ])/, '');
}

/** The end of what leads to a process that is too deep to show it all. */
function cut(lines: string): string {
  return lines.length <= mostLines ? lines : `…${lines.slice(-mostLines)}`;
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(1)}%`;
}

function treeRows(processes: readonly ProcessRecord[]): Row[] {
  const known = new Set(processes.map((process) => process.pid));
  const children = new Map<number, ProcessRecord[]>();
  const roots: ProcessRecord[] = [];
  for (const process of processes) {
    const { parentPid } = process;
    if (!known.has(parentPid) || parentPid === process.pid) roots.push(process);
    else if (!children.get(parentPid)?.push(process)) children.set(parentPid, [process]);
  }

  // Without recursion: a chain of processes may be deeper than calls may be.
  const downwards: ProcessRecord[] = [...roots];
  for (let next = 0; next < downwards.length; next += 1) {
    for (const child of children.get(downwards[next]?.pid ?? 0) ?? []) downwards.push(child);
  }
  const totals = new Map<number, number>();
  for (const { pid, rssBytes } of downwards.reverse()) {
    const below = children.get(pid) ?? [];
    const sum = (bytes: number, child: ProcessRecord) => bytes + (totals.get(child.pid) ?? 0);
    totals.set(pid, below.reduce(sum, rssBytes));
  }
  const byTotal = (one: ProcessRecord, other: ProcessRecord) =>
    (totals.get(other.pid) ?? 0) - (totals.get(one.pid) ?? 0) || one.pid - other.pid;

  const rows: Row[] = [];
  const open = roots.sort(byTotal).map((process) => ({ process, lines: '', below: '' }));
  open.reverse();
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const { process, lines, below } = top;
    const started = [...(children.get(process.pid) ?? [])].sort(byTotal);
    const treeBytes = started.length > 0 ? totals.get(process.pid) : undefined;
    rows.push({ process, lines, ...(treeBytes !== undefined && { treeBytes }) });
    const last = started.at(-1);
    for (const child of started.reverse()) {
      const [own, others] = child === last ? ['└ ', '  '] : ['├ ', '│ '];
      open.push({
        process: child,
        lines: `${below}${own}`,
        below: cut(`${below}${others}`),
      });
    }
  }
  return rows;
}
