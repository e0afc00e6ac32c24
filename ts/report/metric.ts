/** What a metric is called. */
import type { PeakMetric } from '../result/metric-names.js';

const names: Readonly<Record<PeakMetric, string>> = {
  unique: 'unique memory',
  rss: 'RSS',
  pss: 'PSS',
  footprint: 'footprint',
  commit: 'committed memory',
};

/** A few words: for a headline, and where one is set apart from another. */
export function metricName(metric: PeakMetric): string {
  return names[metric] ?? metric;
}

const explanations: Readonly<Record<PeakMetric, string>> = {
  unique: 'every page counted once',
  rss: 'shared pages counted in each process (RSS)',
  pss: 'shared pages divided among all who have them (PSS)',
  footprint: 'footprint',
  commit: 'committed memory',
};

/** How memory was counted. */
export function metricText(metric: PeakMetric): string {
  return explanations[metric] ?? metric;
}
