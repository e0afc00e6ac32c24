/** Processes of a run: the largest, how many there were, and those that outlived the command. */
import * as z from 'zod/mini';
import { bytes, commandLine, count, described, pid, text } from './described.js';

export const largestProcess = described(
  z.looseObject({
    pid: pid('Process id.'),
    name: text("The operating system's short name for it."),
    command: commandLine('Its arguments, the program first; long ones are cut.'),
    bytes: bytes('Its own highest resident memory; never more than the peak.'),
    method: described(
      z.enum(['traced', 'scanned']),
      'How it was found: traced when it was seen until its end; scanned at intervals.',
    ),
  }),
  'The process that was the largest at any instant.',
);

export const processes = described(
  z.looseObject({
    seen: count('Processes that were seen in the tree.'),
    unmeasured: count('Those of them that ended before their memory was read once.'),
    maxAlive: count('The most alive at one sample.'),
  }),
  'How many processes there were.',
);

export const survivors = described(
  z.array(
    z.looseObject({
      pid: pid('Process id.'),
      name: text("The operating system's short name for it."),
      command: commandLine('Its arguments, the program first; long ones are cut.'),
      bytes: z.exactOptional(bytes('Its part of what they have together, as in the peak.')),
      rssBytes: z.exactOptional(bytes('Its resident memory.')),
    }),
  ),
  'Processes of the tree that were still there when the command had ended.',
);
