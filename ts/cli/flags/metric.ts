import { type Metric, metricProblem, metrics } from '../../tracker/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const metric: Valued<Metric> = {
  name: 'metric',
  value: metrics.join('|'),
  variable: 'MEMTOP_METRIC',
  summary:
    'what to sum: rss counts shared pages in each process, pss once in all; default: pss where it matters',
  read: (text) => allowed(text as Metric, metricProblem),
};
