/** Output of the benches: aligned columns and lines of text. */
import { table as alignedTable } from '../ts/report/table.js';

/** The first column is text, aligned to the left; the others are numbers, aligned to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const columns = header.map((title, column) => ({
    title,
    isNumber: column > 0,
    text: (row: readonly string[]) => row[column] ?? '',
  }));
  return alignedTable(columns, rows);
}

export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
