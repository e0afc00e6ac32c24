/** The lines of the view as text, cell by cell. */
import { formatBytes } from '../../report/bytes.js';
import { sparkline } from '../../report/sparkline.js';
import { cell, rightCell, type Shown } from '../parts/cells.js';
import type { Row } from './rows.js';

const trendColumns = 12;

/** What there is room for. */
export interface Columns {
  readonly total: number;
  readonly hasTree: boolean;
  readonly hasCount: boolean;
  readonly hasTrend: boolean;
}

export function columnsOf(total: number): Columns {
  return { total, hasTree: total >= 60, hasCount: total >= 70, hasTrend: total >= 100 };
}

export interface RowText {
  readonly figures: string;
  readonly trend: string;
  /** What a process is reached by: lines of the tree. */
  readonly lead: string;
  readonly name: string;
}

/** Resident memory counts shared pages in each process; of what is measured each has its part. */
export type MemoryTitle = 'RSS' | 'MEMORY';

export function heading(memory: MemoryTitle, columns: Columns, shown: Shown): RowText {
  return laidOut(
    { memory, tree: 'TREE', cpu: 'CPU', count: 'PROCS', trend: 'TREND' },
    '',
    'NAME',
    columns,
    shown,
  );
}

export function rowText(
  row: Row,
  trend: readonly number[],
  columns: Columns,
  shown: Shown,
): RowText {
  const hasBelow = !row.isGroup && row.processCount > 1;
  const pid = row.target ? `${row.target.process.pid} ` : '';
  const kind = row.kind === 'container' || row.kind === 'service' ? `${row.kind} ` : '';
  return laidOut(
    {
      memory: formatBytes(row.ownBytes ?? row.bytes),
      tree: hasBelow ? formatBytes(row.bytes) : '',
      cpu: `${Math.round(row.cpuPercent)}%`,
      count: row.isGroup ? `${row.processCount}` : '',
      trend: row.isGroup ? sparkline(trend, trendColumns, shown.isAscii) : '',
    },
    `${markOf(row, shown)}${shown.isAscii ? asciiLines(row.lines) : row.lines}`,
    `${kind}${pid}${row.name}`,
    columns,
    shown,
  );
}

interface Cells {
  readonly memory: string;
  readonly tree: string;
  readonly cpu: string;
  readonly count: string;
  readonly trend: string;
}

function laidOut(
  { memory, tree, cpu, count, trend }: Cells,
  lead: string,
  name: string,
  { total, hasTree, hasCount, hasTrend }: Columns,
  shown: Shown,
): RowText {
  const figures = [
    rightCell(memory, 8),
    ...(hasTree ? [rightCell(tree, 8)] : []),
    rightCell(cpu, 5),
    ...(hasCount ? [rightCell(count, 5)] : []),
    '',
  ].join(' ');
  const trendText = hasTrend ? `${trend.padStart(trendColumns)}  ` : '';
  const marked = lead === '' ? '  ' : lead;
  const left = total - figures.length - trendText.length - 2;
  const shownLead = marked.slice(0, Math.max(2, left - 12));
  return {
    figures,
    trend: trendText,
    lead: shownLead,
    name: cell(name, Math.max(1, left - shownLead.length), shown),
  };
}

function markOf({ isGroup, canOpen, isOpen }: Row, { isAscii }: Shown): string {
  if (!isGroup || !canOpen) return '  ';
  if (isAscii) return isOpen ? '- ' : '+ ';
  return isOpen ? '▾ ' : '▸ ';
}

function asciiLines(lines: string): string {
  return lines.replaceAll('├─', '|-').replaceAll('└─', '`-').replaceAll('│', '|');
}
