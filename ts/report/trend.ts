/** Where a row of figures is going. */
import { median } from '../compare/statistics/median.js';

/** A smaller change than that is the noise of any measuring. */
const steadyShare = 0.02;
/** Fewer figures have no halves to compare. */
const fewest = 4;

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
