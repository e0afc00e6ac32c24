/** Text in columns. */

export interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  readonly isLeft?: boolean;
}

/** The titles and then the rows. The last column is not filled up. */
export function table(columns: readonly Column[]): string[] {
  const count = Math.max(0, ...columns.map(({ cells }) => cells.length));
  const padded = columns.map(({ title, cells, isLeft = false }, place) => {
    const all = [title, ...cells];
    const width = place === columns.length - 1 && isLeft ? 0 : longest(all);
    return all.map((cell) => (isLeft ? cell.padEnd(width) : cell.padStart(width)));
  });
  return Array.from({ length: count + 1 }, (_, row) =>
    padded
      .map((cells) => cells[row] ?? '')
      .join('  ')
      .trimEnd(),
  );
}

function longest(cells: readonly string[]): number {
  return Math.max(...cells.map(({ length }) => length));
}
