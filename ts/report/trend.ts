/** Where a row of figures is going. */
import { median } from '../compare/statistics/median.js';

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** A smaller change than that is the noise of any measuring. */
const steadyShare = 0.02;
/** Fewer than so many have no halves to compare. */
const fewest = 4;
/** What differs by less fills one step of the bars. */
const flatShare = 0.1;

/** A bar for each, from the lowest to the highest; a dot where there is no figure. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const highest = Math.max(0, ...known);
  const lowest = Math.min(highest * (1 - flatShare), ...known);
  const step = (highest - lowest) / (bars.length - 1);
  return values
    .map((value) => {
      if (value === null) return '·';
      return bars[step > 0 ? Math.round((value - lowest) / step) : 0];
    })
    .join('');
}

/** How much the later half is above the earlier one, by their medians. */
export function trendText(values: readonly number[]): string {
  if (values.length < fewest) return '-';
  const middle = Math.floor(values.length / 2);
  const before = median(values.slice(0, middle));
  const after = median(values.slice(middle));
  if (before === 0) return '-';
  const change = after / before - 1;
  if (Math.abs(change) < steadyShare) return 'steady';
  return `${change > 0 ? '+' : '-'}${Math.round(Math.abs(change) * 100)}%`;
}
