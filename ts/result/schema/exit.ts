/** How a command ended. */
import * as z from 'zod/mini';
import { described, text } from './described.js';

export const exit = described(
  z.looseObject({
    code: described(
      z.nullable(z.int()),
      'Exit code; null when a signal ended the command, and when it is not known.',
    ),
    signal: described(z.nullable(z.string()), 'Name of the signal that ended it, or null.'),
    cause: described(
      z.enum([
        'exit',
        'signal',
        'oom-kernel',
        'oom-heap',
        'guard',
        'timeout',
        'aborted',
        'not-started',
        'unknown',
      ]),
      'Why it ended: by itself; by a signal; killed by the kernel for want of memory; its heap ' +
        'was full; by the guard; because its time was over; because the program that ran it ' +
        'wanted so; it never started; unknown for a process that somebody else had started.',
    ),
    message: z.exactOptional(text('Why it did not start, or why it was ended.')),
  }),
  'How the command ended.',
);
