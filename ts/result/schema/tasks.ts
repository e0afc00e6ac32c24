/** The named parts of a run, and its stages. */
import * as z from 'zod/mini';
import { bytes, count, described, ms, named, text } from './described.js';
import { exit } from './exit.js';
import { heapSummary } from './heap.js';
import { guard, oom } from './limits.js';
import { peak } from './peak.js';
import { warnings } from './sampling.js';
import { timeline } from './timeline.js';

const wrappers = named(
  'Wrappers',
  z.looseObject({
    bytes: z.exactOptional(bytes('Their memory at their peak.')),
    processCount: count('How many were seen.'),
  }),
  'Processes that only started others, such as `npm run` and shells; not in the peak of the task.',
);

const task = named(
  'Task',
  z.looseObject({
    id: text('Its name.'),
    parent: z.exactOptional(
      text('The task of `memtop run` that it was found in, whose name precedes its own.'),
    ),
    source: text(
      'Where the name comes from: `api` for a program, `config` and `script` for `memtop run`, ' +
        '`memtop` for MEMTOP_TASK, or the task runner.',
    ),
    kind: z.exactOptional(
      described(
        z.enum(['task', 'service']),
        'A service works for several tasks, as a daemon does; otherwise absent.',
      ),
    ),
    status: described(
      z.enum(['running', 'ended', 'skipped', 'cached']),
      'Whether its processes were still alive when measuring it ended; or that it was not run.',
    ),
    skippedBecause: z.exactOptional(text('Why it was not started.')),
    cache: z.exactOptional(
      described(
        z.enum(['local', 'remote', 'kept']),
        'Where the output of a cached task came from.',
      ),
    ),
    exit: z.exactOptional(exit),
    startedAtMs: z.exactOptional(ms('When it was started, from the start of the run.')),
    durationMs: z.exactOptional(ms('From its start to its end; absent when it was skipped.')),
    peak: z.exactOptional(peak),
    wrappers: z.exactOptional(wrappers),
    totalPeakBytes: z.exactOptional(bytes('The highest sum of its peak and its wrappers.')),
    processCount: z.exactOptional(
      count('Processes that were seen in its tree; absent when none were looked for.'),
    ),
    timeline: z.exactOptional(timeline),
    guard: z.exactOptional(guard),
    heap: z.exactOptional(heapSummary),
    oom: z.exactOptional(oom),
    warnings: z.exactOptional(warnings),
  }),
  'A named part of a run, with processes of its own.',
);

export const tasks = described(
  z.array(task),
  'The named parts, each with its own processes. Times count from the start of the run, and from ' +
    'the start of each task where a program has named it.',
);

const stage = named(
  'Stage',
  z.looseObject({
    name: text('Its name.'),
    peakBytes: z.exactOptional(bytes('The peak of the whole tree during this stage.')),
    firstSeenMs: ms('When the tree was first in this stage, from the start of the run.'),
    lastSeenMs: ms('When it was last in it.'),
    durationMs: ms('How long it was in it in all.'),
  }),
  'A span of time of a run.',
);

export const stages = described(
  z.array(stage),
  'Spans of time, named by the first rule whose processes were alive.',
);
