/** Peaks in different metrics, which cannot be compared. */
import { metricName } from '../result/metric-names.js';
import type { PeakMetric } from '../result/types.js';

interface Measured {
  readonly name: string;
  readonly metric?: PeakMetric | undefined;
}

/** Why two groups of runs cannot be compared; undefined where they can. */
export function mismatchText(before: Measured, after: Measured): string | undefined {
  if (!before.metric || !after.metric || before.metric === after.metric) return undefined;
  const [one, other] = [metricName(before.metric), metricName(after.metric)];
  return (
    `${before.name} was measured in ${one} and ${after.name} in ${other}, which cannot be ` +
    `compared: ${advice(before.name, after.metric)}`
  );
}

/** Why some runs of a group do not count; undefined where all do. */
export function leftOutText(
  name: string,
  metrics: readonly PeakMetric[],
  metric: PeakMetric | undefined,
): string | undefined {
  if (metrics.length === 0 || !metric) return undefined;
  const others = metrics.map(metricName).join(' or ');
  return (
    `runs of ${name} that were measured in ${others} are left out: they cannot be compared with ` +
    `those in ${metricName(metric)}`
  );
}

function advice(name: string, metric: PeakMetric): string {
  const flag = metric === 'rss' || metric === 'pss' ? ` with --metric ${metric}` : '';
  return `record ${name} again${flag}`;
}
