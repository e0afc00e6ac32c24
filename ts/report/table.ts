/** Rows of text in aligned columns. */
import { highest } from './highest.js';
import { fitted, padded, widthOf } from './plain-text.js';

export interface Cells<Row> {
  /** Aligned to the right. */
  readonly isNumber?: boolean;
  /**
   * Where the last column would get too narrow, columns are left out, the least important first.
   * Without an importance a column always stays.
   */
  readonly importance?: number;
  /** `room` is the width left for the last column; a longer text is cut. */
  text(row: Row, room: number): string;
}

export interface Column<Row> extends Cells<Row> {
  readonly title: string;
}

interface TableWidth {
  /** No line is wider. */
  readonly columns?: number;
  /** Columns are left out until the last one has this width. */
  readonly narrowestLast?: number;
}

const gap = '  ';

/** The titles and the rows, without line ends. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: TableWidth = {},
): string[] {
  const columnsOfLines = columns.map(
    ({ title, text, ...column }): Cells<Row | undefined> => ({
      ...column,
      text: (row, room) => (row === undefined ? title : text(row, room)),
    }),
  );
  return tableRows(columnsOfLines, [undefined, ...rows], width);
}

/** The rows without titles. */
export function tableRows<Row>(
  columns: readonly Cells<Row>[],
  rows: readonly Row[],
  { columns: width = Number.POSITIVE_INFINITY, narrowestLast = 0 }: TableWidth = {},
): string[] {
  const last = columns.at(-1);
  if (!last) return [];
  const before = withRoom(
    columns.slice(0, -1).map((column) => alignedColumn(column, rows)),
    width - narrowestLast,
  );
  const room = Math.max(1, width - widthOfAll(before));
  const cells = last.isNumber
    ? alignedColumn(last, rows).cells
    : rows.map((row) => last.text(row, room));
  return rows.map((_, line) => {
    const end = cells[line] ?? '';
    const text = [...before.map((column) => column.cells[line]), end].join(gap);
    return fitted(end === '' ? text.trimEnd() : text, width);
  });
}

interface AlignedColumn {
  readonly importance: number;
  readonly width: number;
  readonly cells: readonly string[];
}

function alignedColumn<Row>(
  { isNumber = false, importance = Number.POSITIVE_INFINITY, text }: Cells<Row>,
  rows: readonly Row[],
): AlignedColumn {
  const texts = rows.map((row) => text(row, Number.POSITIVE_INFINITY));
  const width = highest(texts.map(widthOf));
  const side = isNumber ? 'right' : 'left';
  return { importance, width, cells: texts.map((cell) => padded(cell, width, side)) };
}

/** Without the least important columns, until the others fit. */
function withRoom(columns: readonly AlignedColumn[], most: number): AlignedColumn[] {
  const kept = [...columns];
  while (widthOfAll(kept) > most) {
    const least = Math.min(...kept.map(({ importance }) => importance));
    if (!Number.isFinite(least)) break;
    kept.splice(
      kept.findIndex(({ importance }) => importance === least),
      1,
    );
  }
  return kept;
}

/** Including the gap after each column. */
function widthOfAll(columns: readonly AlignedColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width + gap.length, 0);
}

export const labelIndent = ' '.repeat('  largest process  '.length);

/** The label precedes the first line, and all lines are indented alike. */
export function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) =>
    index === 0 ? `  ${label}`.padEnd(labelIndent.length) + line : labelIndent + line,
  );
}
