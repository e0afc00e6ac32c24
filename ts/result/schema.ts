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
      z.enum(['exit', 'signal', 'not-started', 'unknown']),
      'Why it ended: by itself, by a signal, or it never started; unknown for a process that ' +
        'somebody else had started.',
    ),
    message: z.exactOptional(text('Why it did not start.')),
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
      z.enum(['scanned', 'kernel']),
      'How it was found: scanned at intervals; kernel when one process alone was larger than any ' +
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
    method: described(z.enum(['scanned']), 'How it was found.'),
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
      z.enum(['scanned', 'unavailable']),
      'How the tree was followed; unavailable when nothing could be measured.',
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
    fallbackReason: z.exactOptional(text('Why nothing better was used.')),
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
  timeline: z.exactOptional(timeline),
  missing: z.exactOptional(missing),
  warnings,
});
