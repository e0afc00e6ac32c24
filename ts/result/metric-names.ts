/** Names of the metrics of a peak, in words. */
import type { PeakMetric } from './types.js';

const names: Readonly<Record<PeakMetric, string>> = {
  unique: 'unique memory',
  rss: 'RSS',
  pss: 'PSS',
  footprint: 'footprint',
  commit: 'committed memory',
};

const explanations: Readonly<Record<PeakMetric, string>> = {
  unique: 'every page counted once',
  rss: 'shared pages counted in each process (RSS)',
  pss: 'shared pages divided among all that have them (PSS)',
  footprint: 'footprint of each process',
  commit: 'committed memory of each process',
};

/** The name in a word or two. */
export function metricName(metric: PeakMetric): string {
  return names[metric];
}

/** How memory was counted. */
export function metricText(metric: PeakMetric): string {
  return explanations[metric];
}
