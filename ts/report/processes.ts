/** Processes as a table: one a line, the largest first. */
import type { ProcessRecord } from '../inspect/process.js';
import { formatBytes } from './bytes.js';
import { plainText } from './plain-text.js';
import { type Column, table } from './table.js';

/** Below this, what tells least gives its place to the command. */
const narrowestCommand = 20;
/** What stays of a command however deep in its tree it stands. */
const narrowestBehindLead = 12;

/** Of the lines that lead to a process, no more is shown, wherever it goes. */
const mostLines = 1_000;

interface Row {
  readonly process: ProcessRecord;
  /** The lines that lead to it from its parent. */
  readonly lead: string;
  /** Memory of it and all its descendants; absent where it has none. */
  readonly treeBytes?: number;
}

const pid: Column<Row> = {
  title: 'PID',
  isNumber: true,
  text: ({ process }) => `${process.pid}`,
};
const parent: Column<Row> = {
  title: 'PPID',
  isNumber: true,
  isOptional: true,
  text: ({ process }) => `${process.parentPid}`,
};
const memory: Column<Row> = {
  title: 'RSS',
  isNumber: true,
  text: ({ process }) => formatBytes(process.rssBytes),
};
const tree: Column<Row> = {
  title: 'TREE',
  isNumber: true,
  text: ({ treeBytes }) => (treeBytes === undefined ? '' : formatBytes(treeBytes)),
};
const cpu: Column<Row> = {
  title: 'CPU',
  isNumber: true,
  isOptional: true,
  text: ({ process }) => percent(process.cpuPercent),
};
const command: Column<Row> = { title: 'COMMAND', text: commandCell };

/** The lines without their ends, each at most `columns` wide. No lines for no processes. */
export function processTable(processes: readonly ProcessRecord[], columns: number): string[] {
  const rows = [...processes].sort(bySize).map((process) => ({ process, lead: '' }));
  return linesOf([pid, parent, memory, cpu, command], rows, columns);
}

/** The same as trees: each process below the one that started it. */
export function processTrees(processes: readonly ProcessRecord[], columns: number): string[] {
  return linesOf([pid, memory, tree, cpu, command], treeRows(processes), columns);
}

function linesOf(wanted: readonly Column<Row>[], rows: readonly Row[], columns: number): string[] {
  return rows.length === 0 ? [] : table(wanted, rows, { columns, narrowestLast: narrowestCommand });
}

function bySize(one: ProcessRecord, other: ProcessRecord): number {
  return other.rssBytes - one.rssBytes || one.pid - other.pid;
}

function commandCell({ process, lead }: Row, room: number): string {
  const most = Math.max(0, room - narrowestBehindLead);
  const shown = lead.length <= most ? lead : `…${lead.slice(lead.length - most + 1)}`;
  return `${most > 0 ? shown : ''}${commandText(process)}`;
}

/** The command line without the folders that the program lies in. */
function commandText({ name, command, state }: ProcessRecord): string {
  if (state === 'zombie') return `${plainText(name)} (ended, not yet noticed by its parent)`;
  if (command.length === 0) return `[${plainText(name)}]`;
  return plainText(command.join(' ')).replace(/^\/(?:[^/ ]*\/)+(?=[^/ ])/, '');
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(1)}%`;
}

/** The end of what leads to a process that is too deep to show it all. */
function cut(lines: string): string {
  return lines.length <= mostLines ? lines : `…${lines.slice(-mostLines)}`;
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
  const open = roots.sort(byTotal).map((process) => ({ process, lead: '', below: '' }));
  open.reverse();
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const { process, lead, below } = top;
    const started = [...(children.get(process.pid) ?? [])].sort(byTotal);
    const treeBytes = started.length > 0 ? totals.get(process.pid) : undefined;
    rows.push({ process, lead, ...(treeBytes !== undefined && { treeBytes }) });
    const last = started.at(-1);
    for (const child of started.reverse()) {
      const [own, others] = child === last ? ['└ ', '  '] : ['├ ', '│ '];
      open.push({
        process: child,
        lead: `${below}${own}`,
        below: cut(`${below}${others}`),
      });
    }
  }
  return rows;
}
