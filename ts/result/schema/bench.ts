/** What `memtop bench` adds to a result. */
import * as z from 'zod/mini';
import { bytes, count, described, ms, text, yesOrNo } from './described.js';
import { exit } from './exit.js';
import { peakMetric, peakMetrics } from './metric.js';

const number = (description: string) => described(z.number(), description);

const headline = described(
  z.looseObject({
    bytes: bytes('The peak that is told first.'),
    from: described(
      z.enum(['cgroup', ...peakMetrics]),
      "Where it is from: the kernel's own count of the group, or the processes, by that metric.",
    ),
    baselineBytes: z.exactOptional(
      bytes('What the group of the container had before the command started; part of the peak.'),
    ),
    gapBytes: z.exactOptional(
      described(
        z.int(),
        'How much more that is than the sum over the processes: page cache and memory of the kernel.',
      ),
    ),
  }),
  'The peak that is told first.',
);

const verified = z.looseObject({
  path: text('The path or the pattern that was asked for.'),
  isRequired: yesOrNo('Whether the run fails without it.'),
  state: described(
    z.enum(['fresh', 'stale', 'missing']),
    'Whether it was written by this run, is from before, or is not there.',
  ),
  fileCount: count('Files that it stands for.'),
  bytes: bytes('Their size together.'),
});

const cleared = z.looseObject({
  path: text('What was removed, from the folder of the project.'),
  fileCount: count('Files in it.'),
  bytes: bytes('Their size together.'),
});

const container = described(
  z.looseObject({
    engine: described(z.enum(['docker', 'podman']), 'What ran the container.'),
    image: z.exactOptional(text('Its image.')),
    rootfs: z.exactOptional(text('The folder that it had for a root.')),
    memoryLimitBytes: z.exactOptional(bytes('Its memory limit.')),
    fits: z.exactOptional(
      yesOrNo(
        'Whether the command got by with that. Absent where the engine has not set the limit.',
      ),
    ),
  }),
  'The container that the command ran in.',
);

const oneOfRepeats = z.looseObject({
  id: text('Unique; sorts by time.'),
  startedAt: text('When it was started, ISO 8601 in UTC.'),
  durationMs: ms('From start to end.'),
  isGood: yesOrNo('Whether it ended well and wrote what it was to write.'),
  exit,
  peak: z.exactOptional(
    described(
      z.looseObject({
        bytes: bytes('The most memory that the command needed at any instant.'),
        metric: peakMetric,
        rollup: described(
          z.array(
            z.looseObject({
              name: text('Name that processes share.'),
              count: count('How many.'),
              bytes: bytes('Their memory together.'),
            }),
          ),
          'Who made it up, the largest first.',
        ),
      }),
      'Its peak.',
    ),
  ),
  kernelPeakBytes: z.exactOptional(bytes("The kernel's own peak of its group.")),
  tasks: described(
    z.array(z.looseObject({ id: text('Its name.'), peakBytes: bytes('The highest sum in it.') })),
    'Its tasks that were measured.',
  ),
  stages: described(
    z.array(z.looseObject({ name: text('Its name.'), peakBytes: bytes('The highest sum in it.') })),
    'Its stages that were measured.',
  ),
});

const repeats = described(
  z.looseObject({
    warmups: count('Runs before them that do not count.'),
    medianBytes: z.exactOptional(bytes('The median of their headlines.')),
    lowBytes: z.exactOptional(bytes('The true median is not below this, with that confidence.')),
    highBytes: z.exactOptional(bytes('Nor above this.')),
    confidence: z.exactOptional(number('That confidence, from 0 to 1.')),
    spreadBytes: z.exactOptional(bytes('From the lowest to the highest.')),
    remarks: described(
      z.array(z.string()),
      'What is odd about them: outliers, a cold start, a trend.',
    ),
    runs: described(z.array(oneOfRepeats), 'Each of them, in their order.'),
  }),
  'All runs of a repeated one; what stands around this is the one in the middle.',
);

export const bench = described(
  z.looseObject({
    outcome: described(
      z.enum(['ok', 'command-failed', 'verification-failed', 'interrupted']),
      'What became of it.',
    ),
    headline: z.exactOptional(headline),
    verify: described(z.array(verified), 'What was to be there afterwards.'),
    cleared: described(z.array(cleared), 'What was removed before.'),
    logFile: z.exactOptional(text('Path of what the command wrote.')),
    hint: z.exactOptional(text('What is probably behind a failure.')),
    container: z.exactOptional(container),
    repeats: z.exactOptional(repeats),
  }),
  'What `memtop bench` did around the run.',
);
