/** Values over time in a line of small bars. */
import { highest } from '../../report/highest.js';

const bars = '▁▂▃▄▅▆▇█';
const asciiBars = '_.-=oO#@';

/** As many columns as are asked for; the last value stands at the right. */
export function sparkline(
  values: readonly number[],
  columns: number,
  isAscii: boolean,
  scale = 0,
): string {
  const shown = columns > 0 ? inColumns(values, columns) : [];
  const top = Math.max(scale, ...shown);
  const steps = isAscii ? asciiBars : bars;
  const line = shown.map((value) => steps[stepOf(value, top, steps.length)]).join('');
  return line.padStart(Math.max(0, columns));
}

function stepOf(value: number, top: number, steps: number): number {
  return top > 0 ? Math.min(steps - 1, Math.floor((value / top) * steps)) : 0;
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
