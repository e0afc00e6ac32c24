/** The JavaScript heaps of Node processes. */
import * as z from 'zod/mini';
import { bytes, commandLine, count, described, pid, text } from './described.js';

export const heap = described(
  z.looseObject({
    processCount: count('Node processes that reported.'),
    heapCount: count('Their heaps: one each, and one for each worker thread.'),
    ofPeakBytes: z.exactOptional(
      bytes(
        'About so much of the peak was JavaScript heap: the largest that those of each process ' +
          'then alive were seen.',
      ),
    ),
    neededMegabytes: z.exactOptional(
      count('What --max-old-space-size must be for all of them: the highest.'),
    ),
    heaps: described(
      z.array(
        z.looseObject({
          pid: pid('Process id.'),
          startTicks: z.exactOptional(
            count('When it started, in clock ticks since the machine did.'),
          ),
          worker: z.exactOptional(
            count('Number of the worker thread; absent for the main thread.'),
          ),
          nodeVersion: text('Version of Node.'),
          command: commandLine('Its arguments, the program first; long ones are cut.'),
          limitBytes: bytes('How large it may become, the young generation included.'),
          usedBytes: bytes('The most that was seen in use, garbage included.'),
          committedBytes: bytes('The most memory that was seen set aside for it.'),
          liveBytes: z.exactOptional(
            bytes('The most of the old generation that was left after a full collection.'),
          ),
          fullCollections: count('Full collections that were noticed.'),
          externalBytes: bytes('The most memory outside of it that its objects were seen to hold.'),
          arrayBuffersBytes: bytes('Of that, the most that was seen in array buffers.'),
          looks: count('Times that it was looked at after its program was started.'),
          lastSeen: described(
            z.enum(['end', 'before-end', 'full']),
            'When it was last looked at: at its end; earlier, since it was killed or goes on; ' +
              'full when it ended because of its limit.',
          ),
          neededMegabytes: z.exactOptional(
            count('What --max-old-space-size it needs; absent where it was not looked at in time.'),
          ),
          neededBecause: z.exactOptional(text('How that comes about.')),
        }),
      ),
      'What each was, the one that needs most first; at most a hundred.',
    ),
  }),
  'The JavaScript heaps of Node; absent without --heap, or when no process reported one.',
);
