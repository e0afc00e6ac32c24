/** The rows of the view as text. */
import { formatBytes } from '../../report/bytes.js';
import { asAscii } from '../../report/plain-text.js';
import { shortLead } from '../../report/process-tree.js';
import { sparkline } from '../../report/sparkline.js';
import { cell, rightCell, type Shown } from '../parts/cells.js';
import type { Row } from './rows.js';

const trendColumns = 12;
/** The room that a name keeps at any depth of its tree. */
const narrowestName = 12;

/** The columns that fit. */
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
  /** The mark of a group, or the lines of the tree that lead to a process. */
  readonly lead: string;
  readonly name: string;
}

/** RSS counts shared pages in each process; measured memory divides them among processes. */
export type MemoryTitle = 'RSS' | 'MEMORY';

export function heading(memory: MemoryTitle, columns: Columns, shown: Shown): RowText {
  return laidOut(
    {
      ...{ memory, tree: 'TREE', cpu: 'CPU', count: 'PROCS', trend: 'TREND' },
      ...{ mark: '  ', lead: '', name: 'NAME' },
    },
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
      mark: markOf(row, shown),
      lead: row.lead,
      name: `${kind}${pid}${row.name}`,
    },
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
  readonly mark: string;
  readonly lead: string;
  readonly name: string;
}

function laidOut(
  { memory, tree, cpu, count, trend, mark, lead, name }: Cells,
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
  const left = total - figures.length - trendText.length - mark.length - 2;
  const lines = shortLead(lead, left - narrowestName);
  return {
    figures,
    trend: trendText,
    lead: mark + (shown.isAscii ? asciiLines(lines) : lines),
    name: cell(name, Math.max(1, left - lines.length), shown),
  };
}

function markOf({ isGroup, canOpen, isOpen }: Row, { isAscii }: Shown): string {
  if (!isGroup || !canOpen) return '  ';
  if (isAscii) return isOpen ? '- ' : '+ ';
  return isOpen ? '▾ ' : '▸ ';
}

function asciiLines(lines: string): string {
  return asAscii(lines.replaceAll('─', '-').replaceAll('└', '`').replaceAll(/[├│]/g, '|'));
}
