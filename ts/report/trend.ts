/** The trend of a series of values. */
import { median } from '../compare/statistics/median.js';

/** A smaller change is measurement noise. */
const steadyShare = 0.02;
/** Fewer values have no halves to compare. */
const fewest = 4;

/** How much the median of the later half differs from that of the earlier half. */
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
