import { type Metric, metricProblem, metrics } from '../../tracker/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const metric: Valued<Metric> = {
  name: 'metric',
  value: metrics.join('|'),
  variable: 'MEMTOP_METRIC',
  summary:
    'what the peak counts: every page once (auto, the default), rss: shared pages in each process, pss: divided among all that have them',
  read: (text) => allowed(text as Metric, metricProblem),
};
