/** What a peak is measured in. */
import * as z from 'zod/mini';
import { named } from './described.js';

export const peakMetrics = ['unique', 'rss', 'pss', 'footprint', 'commit'] as const;

export const peakMetric = named(
  'PeakMetric',
  z.enum(peakMetrics),
  'What was counted. unique: every page that a process of the tree has, once. rss: resident ' +
    'memory, where a page counts in each process that has it. pss: proportional memory, where ' +
    'each process has its share of a page that several have, including processes outside the ' +
    'tree. footprint and commit: what other operating systems count. Peaks of different metrics ' +
    'cannot be compared.',
);
