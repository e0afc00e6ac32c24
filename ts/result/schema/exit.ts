/** How a command ended. */
import * as z from 'zod/mini';
import { described, named, text } from './described.js';

const exitCause = named(
  'ExitCause',
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
  'Why it ended: by itself; by a signal; killed by the kernel for lack of memory; its heap was ' +
    'full; ended by the guard; timed out; aborted by the program that ran it; never started; ' +
    'unknown for a process that memtop did not start.',
);

export const exit = named(
  'Exit',
  z.looseObject({
    code: described(
      z.nullable(z.int()),
      'Exit code; null when a signal ended the command, and when it is not known.',
    ),
    signal: described(z.nullable(z.string()), 'Name of the signal that ended it, or null.'),
    cause: exitCause,
    message: z.exactOptional(text('Why it did not start, or why it was ended.')),
  }),
  'How the command ended.',
);
