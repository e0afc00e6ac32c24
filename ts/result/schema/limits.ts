/** What limited the memory of a run: its control group, the guard, and running out of memory. */
import * as z from 'zod/mini';
import { bytes, count, described, ms, named, pid, processNames, text } from './described.js';

export const cgroup = named(
  'Cgroup',
  z.looseObject({
    version: count('Version of control groups, 1 or 2.'),
    path: text("The group's path."),
    peakBytes: z.exactOptional(bytes("The kernel's own peak, page cache included.")),
    anonBytes: z.exactOptional(
      bytes('Of that, anonymous memory of processes, at the highest reading.'),
    ),
    fileBytes: z.exactOptional(bytes('Of that, memory of files, at the highest reading.')),
    kernelBytes: z.exactOptional(
      bytes('Memory of the kernel itself for the group then, such as page tables.'),
    ),
    oomKills: z.exactOptional(count('Processes that the kernel killed for lack of memory.')),
    escaped: count('Processes of the run that were seen outside the group.'),
  }),
  'What the kernel counted in the control group of the run.',
);

export const guard = named(
  'Guard',
  z.looseObject({
    warned: described(z.boolean(), 'Whether it has warned.'),
    warnBytes: z.exactOptional(bytes('Above this it warns once.')),
    limitBytes: z.exactOptional(bytes('Above this it ends the run.')),
    action: described(z.enum(['none', 'terminated']), 'What it did.'),
    reason: z.exactOptional(
      described(
        z.enum(['limit', 'machine']),
        'Why: the run was above its limit, or the machine or a control group was running out of ' +
          'memory.',
      ),
    ),
    group: z.exactOptional(text('Path of that group; absent when it was the machine.')),
    bytes: z.exactOptional(bytes('Memory of the tree at that time.')),
    atMs: z.exactOptional(ms('When, from the start of the run.')),
    tookMs: z.exactOptional(ms('From then until the tree was dead.')),
    ended: z.exactOptional(count('Processes that it ended.')),
    dumpFile: z.exactOptional(text('Path of the crash dump.')),
    summaryFile: z.exactOptional(text('Path of the summary of that dump.')),
  }),
  'What watched over the memory of the run; absent where it was switched off.',
);

const oomVictim = named(
  'OomVictim',
  z.looseObject({
    pid: z.exactOptional(pid('Process id.')),
    ...processNames(),
    bytes: z.exactOptional(bytes('Its resident memory, as far as it was seen.')),
  }),
  'The process that died of it.',
);

export const oom = named(
  'Oom',
  z.looseObject({
    kind: described(
      z.enum(['kernel', 'heap']),
      'kernel when the kernel killed a process; heap when the heap of a program was full.',
    ),
    by: described(
      z.enum(['group', 'machine', 'enclosing-group', 'v8']),
      'What was used up: the control group of the run, the machine, a group around it, or the ' +
        'heap of V8 (Node).',
    ),
    group: z.exactOptional(text('Path of that group.')),
    limitBytes: z.exactOptional(bytes('The limit of that group.')),
    victim: z.exactOptional(oomVictim),
    heapLimitBytes: z.exactOptional(bytes('The limit of the heap.')),
    evidence: described(
      z.enum(['exact', 'likely']),
      'exact where it was counted or reported for this run; likely where it may concern other ' +
        'processes.',
    ),
  }),
  'What is known when memory ran out.',
);
