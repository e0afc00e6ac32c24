/**
 * The result of a run: the one schema that types, file formats and docs come from.
 *
 * A measure that is missing is absent, never 0. Readers accept keys that they do not know; a
 * changed meaning needs a new schema number.
 */
import * as z from 'zod/mini';
import { resultSchemaName } from './name.js';

function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description });
  return schema;
}

const bytes = (description: string) =>
  described(z.number().check(z.nonnegative(), z.int()), description);
const count = bytes;
const ms = (description: string) => described(z.number().check(z.nonnegative()), description);
const text = (description: string) => described(z.string(), description);
const pid = z.number().check(z.int(), z.positive());
const commandLine = (description: string) => described(z.array(z.string()), description);

const host = described(
  z.looseObject({
    os: text('Operating system, as Node names it: linux, darwin, win32.'),
    arch: text('Processor architecture, as Node names it: x64, arm64.'),
    kernel: text('Release of the operating system.'),
    cpus: count('Logical CPUs.'),
    memoryBytes: bytes('Memory of the machine.'),
  }),
  'The machine.',
);

const run = described(
  z.looseObject({
    id: text('Unique; sorts by time.'),
    label: z.exactOptional(text('The name given with --label.')),
    command: commandLine('The command and its arguments.'),
    cwd: z.exactOptional(text('Working directory of the command.')),
    process: z.exactOptional(
      described(
        z.looseObject({
          pid: described(pid, 'Process id.'),
          startTicks: count('When it started, in clock ticks since the machine did.'),
        }),
        'The process that the command ran in. The two together name it and no other.',
      ),
    ),
    startedAt: text('When it was started, ISO 8601 in UTC.'),
    endedAt: text('When it had ended, ISO 8601 in UTC.'),
    durationMs: ms('From start to end.'),
    host,
  }),
  'What was run, where and when.',
);

const exit = described(
  z.looseObject({
    code: described(z.nullable(z.int()), 'Exit code; null when a signal ended the command.'),
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

const processAtPeak = z.looseObject({
  pid: described(pid, 'Process id.'),
  startedAtMs: ms('When it was first seen, from the start of the run.'),
  name: text("The operating system's short name for it."),
  command: commandLine('Its arguments, the program first; long ones are cut.'),
  rssBytes: bytes('Its resident memory at the peak.'),
  pssBytes: z.exactOptional(
    bytes('Its proportional memory at the peak; there when the peak is measured in it.'),
  ),
});

const peak = described(
  z.looseObject({
    bytes: bytes('The peak: the highest sum over the whole tree.'),
    metric: described(
      z.enum(['rss', 'pss']),
      'What was summed: pss counts shared pages once in all; rss counts them in each process, ' +
        'and is what is used where hardly any are shared.',
    ),
    method: described(
      z.enum(['traced', 'scanned', 'kernel']),
      'How it was found: traced, with every process seen from start to end; scanned at ' +
        'intervals; kernel when one process alone was larger than any ' +
        'sum that was sampled, by what the kernel remembers.',
    ),
    atMs: ms('When the highest sum was sampled, from the start of the run.'),
    rssBytes: bytes('Sum of resident memory at that instant.'),
    pssBytes: z.exactOptional(bytes('Sum of proportional memory at that instant.')),
    highestRssBytes: bytes('The highest sum of resident memory at any instant.'),
    lowerBytes: bytes('The true peak is not lower than this.'),
    upperBytes: z.exactOptional(
      bytes('The true peak is not higher than this; absent when that is not known.'),
    ),
    processCount: count('Processes that had memory at that instant.'),
    processes: described(z.array(processAtPeak), 'Those processes, the largest first.'),
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
  }),
  'The highest instant and who made it up.',
);

const largestProcess = described(
  z.looseObject({
    pid: described(pid, 'Process id.'),
    name: text("The operating system's short name for it."),
    command: commandLine('Its arguments, the program first; long ones are cut.'),
    bytes: bytes('Its own highest resident memory.'),
    method: described(
      z.enum(['traced', 'scanned']),
      'How it was found: traced when it was seen until its end; scanned at intervals.',
    ),
  }),
  'The process that was the largest at any instant.',
);

const processes = described(
  z.looseObject({
    seen: count('Processes that were seen in the tree.'),
    unmeasured: count('Those of them that ended before their memory was read once.'),
    maxAlive: count('The most alive at one sample.'),
  }),
  'How many processes there were.',
);

const sampling = described(
  z.looseObject({
    method: described(
      z.enum(['traced', 'scanned', 'unavailable']),
      'How the tree was followed: traced when every start and end of a process was seen; ' +
        'scanned when they were looked for at intervals; unavailable when nothing could be ' +
        'measured.',
    ),
    intervalMs: z.exactOptional(
      ms('The interval that was asked for; without one, the one that was in use at the end.'),
    ),
    ticks: z.exactOptional(count('Samples taken.')),
    medianGapMs: z.exactOptional(ms('The median of the times between samples.')),
    maxGapMs: z.exactOptional(ms('The longest time between two samples.')),
    cpuMs: z.exactOptional(ms('CPU time of the sampling thread.')),
    pssReads: z.exactOptional(count('Readings of proportional memory.')),
    pssRefused: z.exactOptional(
      count('Processes that would not let it be read; they count with their resident memory.'),
    ),
    tracedStops: z.exactOptional(count('Times that a traced process was stopped for a look.')),
    released: z.exactOptional(
      count('Processes that tracing let go of; they were scanned from then on.'),
    ),
    fallbackReason: z.exactOptional(
      text('Why nothing better was used, such as why the tree was not traced.'),
    ),
  }),
  'How the measuring went.',
);

const cgroup = described(
  z.looseObject({
    version: count('Version of control groups, 1 or 2.'),
    path: text("The group's path."),
    peakBytes: z.exactOptional(bytes("The kernel's own peak, page cache included.")),
    anonBytes: z.exactOptional(bytes('Of that, memory of processes alone, at the highest look.')),
    fileBytes: z.exactOptional(bytes('Of that, memory of files, at the highest look.')),
    oomKills: z.exactOptional(count('Processes that the kernel ended for want of memory.')),
    escaped: count('Processes of the run that were seen outside of the group.'),
  }),
  'What the kernel counted in the group of the run.',
);

const guard = described(
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

const oom = described(
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
          pid: z.exactOptional(described(pid, 'Process id.')),
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

const survivors = described(
  z.array(
    z.looseObject({
      pid: described(pid, 'Process id.'),
      name: text("The operating system's short name for it."),
      command: commandLine('Its arguments, the program first; long ones are cut.'),
      rssBytes: z.exactOptional(bytes('Its resident memory.')),
    }),
  ),
  'Processes of the tree that were still there when the command had ended.',
);

const timeline = described(
  z.looseObject({
    atMs: described(z.array(z.number()), 'When, from the start of the run; rising.'),
    bytes: described(z.array(z.number()), 'The sum at that time, the highest of its stretch.'),
  }),
  'The course of the sum. Its highest point is the peak that was sampled.',
);

const missing = described(
  z.looseObject({
    cgroup: z.exactOptional(text('Why there is no group.')),
    upperBytes: z.exactOptional(text('Why the peak has no upper bound.')),
  }),
  'Why a measure is absent.',
);

const warnings = described(
  z.array(
    z.looseObject({
      code: text('For programs.'),
      message: text('For people.'),
    }),
  ),
  'What went wrong and did not stop the run.',
);

const task = z.looseObject({
  id: text('Its name.'),
  source: described(z.enum(['api']), 'Who named it: a program.'),
  status: described(
    z.enum(['running', 'ended']),
    'Whether its process was still there when measuring it ended.',
  ),
  exit: z.exactOptional(exit),
  durationMs: ms('From the start of measuring it to the end of that.'),
  peak: z.exactOptional(peak),
  processCount: count('Processes that were seen in its tree.'),
  timeline: z.exactOptional(timeline),
  guard: z.exactOptional(guard),
  warnings: z.exactOptional(warnings),
});

const tasks = described(
  z.array(task),
  'The named parts, each with its own processes; times count from the start of each.',
);

export const resultSchema = z.looseObject({
  schema: described(z.literal(resultSchemaName), 'Name and number of this schema.'),
  memtopVersion: text('The version of memtop that wrote it.'),
  run,
  exit,
  peak: z.exactOptional(peak),
  largestProcess: z.exactOptional(largestProcess),
  cgroup: z.exactOptional(cgroup),
  processes: z.exactOptional(processes),
  sampling,
  guard: z.exactOptional(guard),
  oom: z.exactOptional(oom),
  survivors: z.exactOptional(survivors),
  timeline: z.exactOptional(timeline),
  tasks: z.exactOptional(tasks),
  missing: z.exactOptional(missing),
  warnings,
});
