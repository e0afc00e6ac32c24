/** The JavaScript heaps of Node processes. */
import * as z from 'zod/mini';
import { bytes, count, described, named, pid, processNames, text } from './described.js';

const heap = named(
  'Heap',
  z.looseObject({
    pid: pid('Process id.'),
    worker: z.exactOptional(count('Number of the worker thread; absent for the main thread.')),
    nodeVersion: text('Version of Node.'),
    command: processNames().command,
    limitBytes: bytes('Its limit, the young generation included.'),
    usedBytes: bytes('The most seen in use, garbage included.'),
    committedBytes: bytes('The most memory seen set aside for it.'),
    liveBytes: z.exactOptional(
      bytes('The most of the old generation that was left after a full collection.'),
    ),
    fullCollections: count('Full collections that were noticed.'),
    externalBytes: bytes('The most memory outside the heap that its objects were seen to hold.'),
    arrayBuffersBytes: bytes('Of that, the most seen in array buffers.'),
    looks: count('How often it was read after its program had started.'),
    lastSeen: described(
      z.enum(['end', 'before-end', 'full']),
      'When it was last read: at its end; earlier, since the process was killed or is still ' +
        'running; full when it ended because of its limit.',
    ),
    neededMegabytes: z.exactOptional(
      count('The --max-old-space-size that it needs; absent where it was not read in time.'),
    ),
    neededBecause: z.exactOptional(text('The reason for that number.')),
  }),
  'The heap of one thread.',
);

export const heapSummary = named(
  'HeapSummary',
  z.looseObject({
    processCount: count('Node processes that reported.'),
    heapCount: count('Their heaps: one per process, and one per worker thread.'),
    ofPeakBytes: z.exactOptional(
      bytes(
        'How much of the peak was JavaScript heap, about: the largest sizes seen of the heaps of ' +
          'the processes alive at the peak.',
      ),
    ),
    neededMegabytes: z.exactOptional(
      count('The --max-old-space-size that is enough for all of them: the highest.'),
    ),
    heaps: described(z.array(heap), 'Each heap, the one that needs most first; at most a hundred.'),
  }),
  'The JavaScript heaps of Node; absent without --heap, or when no process reported one.',
);
