/** The instant at which the tree was largest, and the processes and tasks that made it up. */
import * as z from 'zod/mini';
import { bytes, count, described, ms, named, pid, processNames, text } from './described.js';
import { peakMetric } from './metric.js';

const processAtPeak = named(
  'ProcessAtPeak',
  z.looseObject({
    pid: pid('Process id.'),
    parentPid: z.exactOptional(pid('Process id of its parent when it was started.')),
    startedAtMs: ms('When it was first seen, from the start of the run.'),
    ...processNames(),
    task: z.exactOptional(text('The task that it belonged to.')),
    bytes: bytes('Its part of the peak. The parts of all processes add up to the peak.'),
    rssBytes: bytes('Its resident memory at the peak.'),
    pssBytes: z.exactOptional(
      bytes('Its proportional memory at the peak; absent where it was not read.'),
    ),
  }),
  'A process that had memory at the peak.',
);

export const rollupEntry = named(
  'RollupEntry',
  z.looseObject({
    name: text('Name that the processes share.'),
    count: count('How many.'),
    bytes: bytes('Their memory together.'),
  }),
  'The processes of one name at the peak.',
);

const taskAtPeak = named(
  'TaskAtPeak',
  z.looseObject({
    id: text('Its name.'),
    source: text('Where the name comes from.'),
    bytes: bytes('The memory of its processes at the peak.'),
    processCount: count('How many of them there were.'),
  }),
  'A task that ran at the peak.',
);

export const peak = named(
  'Peak',
  z.looseObject({
    bytes: bytes(
      'The peak: the most memory that the command needed at any instant. The best estimate ' +
        'between lowerBytes and upperBytes.',
    ),
    metric: peakMetric,
    method: described(
      z.enum(['traced', 'scanned', 'kernel']),
      'How it was found: traced, with every process seen from start to end; scanned at ' +
        'intervals; kernel when one process alone, by the high-water mark that the kernel keeps, ' +
        'was larger than any sampled sum.',
    ),
    atMs: ms('When it was sampled, from the start of the run.'),
    anonBytes: z.exactOptional(bytes('Of the peak, memory that no file backs, such as heaps.')),
    mappedBytes: z.exactOptional(
      bytes('Of the peak, mapped files, such as programs and libraries, and shared memory.'),
    ),
    rssBytes: bytes('Sum of resident memory of the processes.'),
    pssBytes: z.exactOptional(
      bytes('Sum of proportional memory of the processes; present when the metric is pss.'),
    ),
    highestRssBytes: bytes('The highest sum of resident memory at any instant.'),
    lowerBytes: bytes('The true peak is not lower than this.'),
    upperBytes: z.exactOptional(
      bytes('The true peak is not higher than this; absent when that is not known.'),
    ),
    processCount: count('How many processes made it up.'),
    processes: described(
      z.array(processAtPeak),
      'The processes that had memory at that instant, the largest first; with the method kernel ' +
        'that one process, or none where it is not known which.',
    ),
    rollup: described(z.array(rollupEntry), 'The same by name, the largest first.'),
    tasks: z.exactOptional(
      described(
        z.array(taskAtPeak),
        'The tasks that ran together at that instant, the largest first.',
      ),
    ),
  }),
  'The instant with the most memory, and what made it up.',
);
