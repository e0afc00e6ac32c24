/** Processes as a table: one a line, the largest first. */
import type { ProcessRecord } from '../inspect/process.js';
import { formatBytes } from './bytes.js';
import { plainText } from './plain-text.js';
import { processTrees, shortLead, treeRows } from './process-tree.js';
import { type Column, table } from './table.js';

/** With less room for the command than this, less important columns are left out. */
const narrowestCommand = 20;
/** The room that a command keeps at any depth of its tree. */
const narrowestBehindLead = 12;

interface Row {
  readonly process: ProcessRecord;
  /** The lines that lead to it from its parent. */
  readonly lead: string;
  /** Memory of the process and its descendants; absent without descendants. */
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
  importance: 1,
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
  importance: 2,
  text: ({ process }) => percent(process.cpuPercent),
};
const command: Column<Row> = { title: 'COMMAND', text: commandCell };

/** Lines without line ends, each at most `columns` wide; none without processes. */
export function processTable(processes: readonly ProcessRecord[], columns: number): string[] {
  const rows = [...processes].sort(bySize).map((process) => ({ process, lead: '' }));
  return linesOf([pid, parent, memory, cpu, command], rows, columns);
}

/** The same as trees: each process below the one that started it. */
export function processTreeTable(processes: readonly ProcessRecord[], columns: number): string[] {
  return linesOf([pid, memory, tree, cpu, command], treesOf(processes), columns);
}

function linesOf(wanted: readonly Column<Row>[], rows: readonly Row[], columns: number): string[] {
  return rows.length === 0 ? [] : table(wanted, rows, { columns, narrowestLast: narrowestCommand });
}

function bySize(one: ProcessRecord, other: ProcessRecord): number {
  return other.rssBytes - one.rssBytes || one.pid - other.pid;
}

function commandCell({ process, lead }: Row, room: number): string {
  return shortLead(lead, room - narrowestBehindLead) + commandText(process);
}

/** The command line without the folders that the program lies in. */
function commandText({ name, command, state }: ProcessRecord): string {
  if (state === 'zombie') return `${plainText(name)} (ended, not yet reaped by its parent)`;
  if (command.length === 0) return `[${plainText(name)}]`;
  return plainText(command.join(' ')).replace(/^\/(?:[^/ ]*\/)+(?=[^/ ])/, '');
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(1)}%`;
}

interface Node {
  readonly process: ProcessRecord;
  readonly bytes: number;
  readonly children: readonly Node[];
}

function treesOf(processes: readonly ProcessRecord[]): Row[] {
  const roots = processTrees(processes, (process, children: Node[]): Node => {
    const bytes = children.reduce((sum, child) => sum + child.bytes, process.rssBytes);
    return { process, bytes, children: children.sort(byTotal) };
  });
  return treeRows(roots.sort(byTotal)).map(({ node: { process, bytes, children }, lead }) => ({
    process,
    lead,
    ...(children.length > 0 && { treeBytes: bytes }),
  }));
}

function byTotal(one: Node, other: Node): number {
  return other.bytes - one.bytes || one.process.pid - other.process.pid;
}
