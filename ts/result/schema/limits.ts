/** What limited the memory of a run: its control group, the guard, and memory that ran out. */
import * as z from 'zod/mini';
import { bytes, commandLine, count, described, ms, pid, text } from './described.js';

export const cgroup = described(
  z.looseObject({
    version: count('Version of control groups, 1 or 2.'),
    path: text("The group's path."),
    peakBytes: z.exactOptional(bytes("The kernel's own peak, page cache included.")),
    anonBytes: z.exactOptional(bytes('Of that, memory of processes alone, at the highest look.')),
    fileBytes: z.exactOptional(bytes('Of that, memory of files, at the highest look.')),
    kernelBytes: z.exactOptional(
      bytes('What the kernel itself needed for the group then, such as page tables.'),
    ),
    oomKills: z.exactOptional(count('Processes that the kernel ended for want of memory.')),
    escaped: count('Processes of the run that were seen outside of the group.'),
  }),
  'What the kernel counted in the group of the run.',
);

export const guard = described(
  z.looseObject({
    warned: described(z.boolean(), 'Whether it has warned.'),
    warnBytes: z.exactOptional(bytes('Past this it warns once.')),
    limitBytes: z.exactOptional(bytes('Past this it ends the run.')),
    action: described(z.enum(['none', 'terminated']), 'What it did.'),
    reason: z.exactOptional(
      described(
        z.enum(['limit', 'machine']),
        'Why: the run was past its limit, or the machine or a group was running out of memory.',
      ),
    ),
    group: z.exactOptional(text('Path of that group; absent when it was the machine.')),
    bytes: z.exactOptional(bytes('What the tree had then.')),
    atMs: z.exactOptional(ms('When, from the start of the run.')),
    tookMs: z.exactOptional(ms('From then until the tree was dead.')),
    ended: z.exactOptional(count('Processes that it ended.')),
    dumpFile: z.exactOptional(text('Path of the crash dump.')),
    summaryFile: z.exactOptional(text('Path of the summary of that dump.')),
  }),
  'What watched over the memory of the run; absent where it was switched off.',
);

export const oom = described(
  z.looseObject({
    kind: described(
      z.enum(['kernel', 'heap']),
      'Who gave up: the kernel, which killed a process; or a program whose own heap was full.',
    ),
    by: described(
      z.enum(['group', 'machine', 'enclosing-group', 'v8']),
      'Whose memory was used up: of the group of the run, of the machine, of a group around it, ' +
        'or of the heap of V8 (Node).',
    ),
    group: z.exactOptional(text('Path of that group.')),
    limitBytes: z.exactOptional(bytes('The limit of that group.')),
    victim: z.exactOptional(
      described(
        z.looseObject({
          pid: z.exactOptional(pid('Process id.')),
          name: text("The operating system's short name for it."),
          command: commandLine('Its arguments, the program first; long ones are cut.'),
          bytes: z.exactOptional(bytes('Its resident memory, as far as it was seen.')),
        }),
        'The process that died of it.',
      ),
    ),
    heapLimitBytes: z.exactOptional(bytes('How large the heap was allowed to be.')),
    evidence: described(
      z.enum(['exact', 'likely']),
      'Exact where it was counted or said for this run; likely where others may have been meant.',
    ),
  }),
  'What is known when memory had run out.',
);
