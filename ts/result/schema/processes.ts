/** Processes of a run: the largest, how many there were, and those that outlived the command. */
import * as z from 'zod/mini';
import { bytes, count, described, named, pid, processNames } from './described.js';

export const largestProcess = named(
  'LargestProcess',
  z.looseObject({
    pid: pid('Process id.'),
    ...processNames(),
    bytes: bytes('Its own highest resident memory; never more than the peak.'),
    method: described(
      z.enum(['traced', 'scanned']),
      'How it was found: traced when it was seen until its end; scanned at intervals.',
    ),
  }),
  'The process that was the largest at any instant.',
);

export const processes = named(
  'ProcessCounts',
  z.looseObject({
    seen: count('Processes that were seen in the tree.'),
    unmeasured: count('Those of them that ended before their memory was read once.'),
    maxAlive: count('The most alive at one sample.'),
  }),
  'How many processes there were.',
);

const survivor = named(
  'Survivor',
  z.looseObject({
    pid: pid('Process id.'),
    ...processNames(),
    bytes: z.exactOptional(bytes('Its part of the memory of all survivors, as in the peak.')),
    rssBytes: z.exactOptional(bytes('Its resident memory.')),
  }),
  'A process that outlived the command.',
);

export const survivors = described(
  z.array(survivor),
  'Processes of the tree that were still alive when the command had ended.',
);
