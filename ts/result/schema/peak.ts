/** The highest instant, and the processes and tasks that made it up. */
import * as z from 'zod/mini';
import { bytes, commandLine, count, described, ms, pid, text } from './described.js';
import { peakMetric } from './metric.js';

const processAtPeak = z.looseObject({
  pid: pid('Process id.'),
  parentPid: z.exactOptional(pid('Process id of its parent when it was started.')),
  startedAtMs: ms('When it was first seen, from the start of the run.'),
  name: text("The operating system's short name for it."),
  command: commandLine('Its arguments, the program first; long ones are cut.'),
  task: z.exactOptional(text('The task that it belonged to.')),
  bytes: bytes('Its part of the peak. The parts of all processes add up to the peak.'),
  rssBytes: bytes('Its resident memory at the peak.'),
  pssBytes: z.exactOptional(
    bytes('Its proportional memory at the peak; absent where it was not read.'),
  ),
});

export const peak = described(
  z.looseObject({
    bytes: bytes(
      'The peak: the most memory that the command needed at any instant. The best estimate ' +
        'between lowerBytes and upperBytes.',
    ),
    metric: peakMetric,
    method: described(
      z.enum(['traced', 'scanned', 'kernel']),
      'How it was found: traced, with every process seen from start to end; scanned at ' +
        'intervals; kernel when one process alone was larger than any ' +
        'sum that was sampled, by what the kernel remembers.',
    ),
    atMs: ms('When it was sampled, from the start of the run.'),
    anonBytes: z.exactOptional(bytes('Of the peak, memory that no file backs, such as heaps.')),
    mappedBytes: z.exactOptional(
      bytes(
        'Of the peak, files that are mapped, such as programs and libraries, and shared memory.',
      ),
    ),
    rssBytes: bytes('Sum of resident memory of the processes.'),
    pssBytes: z.exactOptional(
      bytes('Sum of proportional memory of the processes; there when the metric is pss.'),
    ),
    highestRssBytes: bytes('The highest sum of resident memory at any instant.'),
    lowerBytes: bytes('The true peak is not lower than this.'),
    upperBytes: z.exactOptional(
      bytes('The true peak is not higher than this; absent when that is not known.'),
    ),
    processCount: count('How many processes made it up.'),
    processes: described(
      z.array(processAtPeak),
      'Those that had memory at that instant, the largest first; with the method kernel that one ' +
        'process, and none where it is not known which.',
    ),
    rollup: described(
      z.array(
        z.looseObject({
          name: text('Name that the processes share.'),
          count: count('How many.'),
          bytes: bytes('Their memory together.'),
        }),
      ),
      'The same by name, the largest first.',
    ),
    tasks: z.exactOptional(
      described(
        z.array(
          z.looseObject({
            id: text('Its name.'),
            source: text('Who named it.'),
            bytes: bytes('The memory of its processes at the peak.'),
            processCount: count('How many of them there were.'),
          }),
        ),
        'The tasks that ran together at that instant, the largest first.',
      ),
    ),
  }),
  'The highest instant and who made it up.',
);
