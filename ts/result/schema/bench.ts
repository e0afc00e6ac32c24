/** What `memtop bench` adds to a result. */
import * as z from 'zod/mini';
import { bytes, count, described, ms, named, text, yesOrNo } from './described.js';
import { exit } from './exit.js';
import { peakMetric, peakMetrics } from './metric.js';
import { rollupEntry } from './peak.js';

const headline = named(
  'Headline',
  z.looseObject({
    bytes: bytes('The peak that is shown first.'),
    from: described(
      z.enum(['cgroup', ...peakMetrics]),
      "Its source: the kernel's own count of the control group, or the processes, by that metric.",
    ),
    baselineBytes: z.exactOptional(
      bytes('Memory of the container before the command started; part of the peak.'),
    ),
    gapBytes: z.exactOptional(
      described(
        z.int(),
        'How much it exceeds the sum over the processes: page cache and memory of the kernel.',
      ),
    ),
  }),
  'The peak that is shown first.',
);

const verified = named(
  'Verified',
  z.looseObject({
    path: text('The path or the pattern that was asked for.'),
    isRequired: yesOrNo('Whether the run fails without it.'),
    state: described(
      z.enum(['fresh', 'stale', 'missing']),
      'Whether it was written by this run, is older, or does not exist.',
    ),
    fileCount: count('Files that match it.'),
    bytes: bytes('Their size together.'),
  }),
  'A file or folder that the command should write.',
);

const cleared = named(
  'Cleared',
  z.looseObject({
    path: text('What was removed, relative to the project folder.'),
    fileCount: count('Files in it.'),
    bytes: bytes('Their size together.'),
  }),
  'A file or folder that was removed before the run.',
);

const container = named(
  'BenchContainer',
  z.looseObject({
    engine: described(z.enum(['docker', 'podman']), 'What ran the container.'),
    image: z.exactOptional(text('Its image.')),
    rootfs: z.exactOptional(text('The folder that was its root.')),
    memoryLimitBytes: z.exactOptional(bytes('Its memory limit.')),
    fits: z.exactOptional(
      yesOrNo(
        'Whether the command managed with that limit. Absent where the engine did not set it.',
      ),
    ),
  }),
  'The container that the command ran in.',
);

const runPeak = named(
  'RunPeak',
  z.looseObject({
    bytes: bytes('The most memory that the command needed at any instant.'),
    metric: peakMetric,
    rollup: described(z.array(rollupEntry), 'What made it up, the largest first.'),
  }),
  'The peak of that run.',
);

const runMeasures = named(
  'RunMeasures',
  z.looseObject({
    id: text('Unique; sorts by time.'),
    startedAt: text('Start, ISO 8601 in UTC.'),
    durationMs: ms('From start to end.'),
    isGood: yesOrNo('Whether it ended well and wrote what it should.'),
    exit,
    peak: z.exactOptional(runPeak),
    kernelPeakBytes: z.exactOptional(bytes("The kernel's own peak of its control group.")),
    tasks: described(
      z.array(z.looseObject({ id: text('Its name.'), peakBytes: bytes('The highest sum in it.') })),
      'Its tasks that were measured.',
    ),
    stages: described(
      z.array(
        z.looseObject({ name: text('Its name.'), peakBytes: bytes('The highest sum in it.') }),
      ),
      'Its stages that were measured.',
    ),
  }),
  'What is known of one run for comparing it with others.',
);

const repeats = named(
  'Repeats',
  z.looseObject({
    warmups: count('Runs before them that do not count.'),
    medianBytes: z.exactOptional(bytes('The median of their headlines.')),
    lowBytes: z.exactOptional(bytes('The true median is not below this, with that confidence.')),
    highBytes: z.exactOptional(bytes('Nor above this.')),
    confidence: z.exactOptional(described(z.number(), 'That confidence, from 0 to 1.')),
    spreadBytes: z.exactOptional(bytes('From the lowest to the highest.')),
    remarks: described(
      z.array(z.string()),
      'What is odd about them: outliers, a cold start, a trend.',
    ),
    runs: described(z.array(runMeasures), 'Each of them, in order.'),
  }),
  'All runs of a repeated one; the rest of the result is that of the run in the middle.',
);

const outcome = named(
  'BenchOutcome',
  z.enum(['ok', 'command-failed', 'verification-failed', 'interrupted']),
  'How it went.',
);

export const bench = named(
  'Bench',
  z.looseObject({
    outcome,
    headline: z.exactOptional(headline),
    verify: described(z.array(verified), 'What the command should write.'),
    cleared: described(z.array(cleared), 'What was removed before the run.'),
    logFile: z.exactOptional(text('Path of the output of the command.')),
    hint: z.exactOptional(text('The probable cause of a failure.')),
    container: z.exactOptional(container),
    repeats: z.exactOptional(repeats),
  }),
  'What `memtop bench` did around the run.',
);
