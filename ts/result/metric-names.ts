/** What the metrics of a peak are called, by programs and by people. */
import type { Result } from './types.js';

export type PeakMetric = NonNullable<Result['peak']>['metric'];
