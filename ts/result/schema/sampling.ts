/** How a run was measured, and what could not be. */
import * as z from 'zod/mini';
import { count, described, ms, named, text } from './described.js';

export const sampling = named(
  'Sampling',
  z.looseObject({
    method: described(
      z.enum(['traced', 'scanned', 'unavailable']),
      'How the tree was followed: traced when every start and end of a process was reported; ' +
        'scanned when they were looked for at intervals; unavailable when nothing could be ' +
        'measured.',
    ),
    tracking: z.exactOptional(
      described(
        z.enum(['kernel', 'ptrace', 'connector', 'scan']),
        'What reported starts and ends of processes: kernel, its events, with the peak of each ' +
          'process that ended; ptrace; connector, events of the kernel without those peaks; ' +
          'scan, nothing but the process table.',
      ),
    ),
    intervalMs: z.exactOptional(
      ms('The interval that was requested; without one, the interval in use at the end.'),
    ),
    ticks: z.exactOptional(count('Samples taken.')),
    medianGapMs: z.exactOptional(ms('The median of the times between samples.')),
    maxGapMs: z.exactOptional(ms('The longest time between two samples.')),
    cpuMs: z.exactOptional(ms('CPU time of the sampling thread.')),
    pssReads: z.exactOptional(count('How often the pages of a process were read.')),
    pssRefused: z.exactOptional(
      count('Processes whose pages must not be read; what they share is estimated.'),
    ),
    tracedStops: z.exactOptional(count('How often a traced process was stopped to be measured.')),
    released: z.exactOptional(
      count('Processes that tracing released; they were scanned from then on.'),
    ),
    lostEvents: z.exactOptional(
      count('How often the kernel had too many events to send; what was lost was found by a scan.'),
    ),
    fallbackReason: z.exactOptional(
      text('Why nothing better was used, such as why the kernel sent no events.'),
    ),
  }),
  'How the run was measured.',
);

export const missing = named(
  'Missing',
  z.looseObject({
    cgroup: z.exactOptional(text('Why there is no control group.')),
    upperBytes: z.exactOptional(text('Why the peak has no upper bound.')),
  }),
  'Why a measure is absent.',
);

const warning = named(
  'Warning',
  z.looseObject({
    code: text('For programs.'),
    message: text('For people.'),
  }),
  'Something that went wrong and did not stop the run.',
);

export const warnings = described(z.array(warning), 'What went wrong and did not stop the run.');
