/** Values over time as a line of small bars. */
import { highest } from './highest.js';

/** From an eighth of a cell to a whole one. */
export const bars = '▁▂▃▄▅▆▇█';
const asciiBars = '_.-=oO#@';
/** Values that differ by less do not use the whole range of bars. */
const flatShare = 0.1;

/**
 * Scaled from zero to the highest value, or to `scale` if that is more. Right-aligned in the given
 * number of columns.
 */
export function sparkline(
  values: readonly number[],
  columns: number,
  isAscii: boolean,
  scale = 0,
): string {
  const shown = columns > 0 ? inColumns(values, columns) : [];
  const top = Math.max(scale, highest(shown));
  const steps = isAscii ? asciiBars : bars;
  const line = shown.map((value) => steps[stepFromZero(value, top)]).join('');
  return line.padStart(Math.max(0, columns));
}

/** A bar for each value, scaled from the lowest to the highest; a dot for a missing value. */
export function sparklineOfChanges(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const top = highest(known);
  const bottom = known.reduce((least, value) => Math.min(least, value), top * (1 - flatShare));
  const step = (top - bottom) / (bars.length - 1);
  return values
    .map((value) => {
      if (value === null) return '·';
      return bars[step > 0 ? Math.round((value - bottom) / step) : 0];
    })
    .join('');
}

function stepFromZero(value: number, top: number): number {
  return top > 0 ? Math.min(bars.length - 1, Math.floor((value / top) * bars.length)) : 0;
}

/** Where there are more values than columns, each column has the highest of its own. */
function inColumns(values: readonly number[], columns: number): number[] {
  if (values.length <= columns) return [...values];
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    return highest(values.slice(from, Math.max(from + 1, to)));
  });
}
