/**
 * The result of a run: the one schema that types, file formats and docs come from.
 *
 * A measure that is missing is absent, never 0. Readers accept keys that they do not know; a
 * changed meaning needs a new schema number.
 */
import * as z from 'zod/mini';
import { bench } from './bench.js';
import { bytes, commandLine, count, described, ms, text } from './described.js';
import { exit } from './exit.js';
import { peakMetric } from './metric.js';
import { resultSchemaName } from './name.js';

const pid = z.number().check(z.int(), z.positive());

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

const processAtPeak = z.looseObject({
  pid: described(pid, 'Process id.'),
  parentPid: z.exactOptional(described(pid, 'Process id of its parent when it was started.')),
  startedAtMs: ms('When it was first seen, from the start of the run.'),
  name: text("The operating system's short name for it."),
  command: commandLine('Its arguments, the program first; long ones are cut.'),
  task: z.exactOptional(text('The task that it belonged to.')),
  bytes: bytes('Its part of the peak. The parts of all processes add up to the peak.'),
  rssBytes: bytes('Its resident memory at the peak.'),
  pssBytes: z.exactOptional(
    bytes('Its proportional memory at the peak; absent where it was not read.'),
  ),
});

const peak = described(
  z.looseObject({
    bytes: bytes(
      'The peak: the most memory that the command needed at any instant. The best estimate ' +
        'between lowerBytes and upperBytes.',
    ),
    metric: peakMetric,
    method: described(
      z.enum(['traced', 'scanned', 'kernel']),
      'How it was found: traced, with every process seen from start to end; scanned at ' +
        'intervals; kernel when one process alone was larger than any ' +
        'sum that was sampled, by what the kernel remembers.',
    ),
    atMs: ms('When it was sampled, from the start of the run.'),
    anonBytes: z.exactOptional(bytes('Of the peak, memory that no file backs, such as heaps.')),
    mappedBytes: z.exactOptional(
      bytes(
        'Of the peak, files that are mapped, such as programs and libraries, and shared memory.',
      ),
    ),
    rssBytes: bytes('Sum of resident memory of the processes.'),
    pssBytes: z.exactOptional(
      bytes('Sum of proportional memory of the processes; there when the metric is pss.'),
    ),
    highestRssBytes: bytes('The highest sum of resident memory at any instant.'),
    lowerBytes: bytes('The true peak is not lower than this.'),
    upperBytes: z.exactOptional(
      bytes('The true peak is not higher than this; absent when that is not known.'),
    ),
    processCount: count('How many processes made it up.'),
    processes: described(
      z.array(processAtPeak),
      'Those that had memory at that instant, the largest first; with the method kernel that one ' +
        'process, and none where it is not known which.',
    ),
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
    tasks: z.exactOptional(
      described(
        z.array(
          z.looseObject({
            id: text('Its name.'),
            source: text('Who named it.'),
            bytes: bytes('The memory of its processes at the peak.'),
            processCount: count('How many of them there were.'),
          }),
        ),
        'The tasks that ran together at that instant, the largest first.',
      ),
    ),
  }),
  'The highest instant and who made it up.',
);

const largestProcess = described(
  z.looseObject({
    pid: described(pid, 'Process id.'),
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
    pssReads: z.exactOptional(count('Times that the pages of a process were looked at.')),
    pssRefused: z.exactOptional(
      count('Processes whose pages may not be looked at; what they share is estimated.'),
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
    kernelBytes: z.exactOptional(
      bytes('What the kernel itself needed for the group then, such as page tables.'),
    ),
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

const heap = described(
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
          pid: described(pid, 'Process id.'),
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

const survivors = described(
  z.array(
    z.looseObject({
      pid: described(pid, 'Process id.'),
      name: text("The operating system's short name for it."),
      command: commandLine('Its arguments, the program first; long ones are cut.'),
      bytes: z.exactOptional(bytes('Its part of what they have together, as in the peak.')),
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

const programs = described(
  z.array(
    z.looseObject({
      name: text('Name that its processes share.'),
      peakBytes: bytes('The most that they had together.'),
      timeline,
    }),
  ),
  'The programs that had the most memory, over time.',
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
  parent: z.exactOptional(
    text('The task of `memtop run` that it was found in, whose name stands before its own.'),
  ),
  source: text(
    'Who named it: `api` for a program, `config` and `script` for `memtop run`, `memtop` for ' +
      'MEMTOP_TASK, or the task runner.',
  ),
  kind: z.exactOptional(
    described(
      z.enum(['task', 'service']),
      'A service works for several tasks, as a daemon does; otherwise absent.',
    ),
  ),
  status: described(
    z.enum(['running', 'ended', 'skipped', 'cached']),
    'Whether its processes were still there when measuring it ended; or that it was not run.',
  ),
  skippedBecause: z.exactOptional(text('Why it was not started.')),
  cache: z.exactOptional(
    described(z.enum(['local', 'remote', 'kept']), 'Where the output of a cached task came from.'),
  ),
  exit: z.exactOptional(exit),
  startedAtMs: z.exactOptional(ms('When it was started, from the start of the run.')),
  durationMs: z.exactOptional(ms('From its start to its end; absent when it was skipped.')),
  peak: z.exactOptional(peak),
  wrappers: z.exactOptional(
    described(
      z.looseObject({
        bytes: z.exactOptional(bytes('Their memory at their highest.')),
        processCount: count('How many were seen.'),
      }),
      'Processes that only started others, such as `npm run` and shells; not in its peak.',
    ),
  ),
  totalPeakBytes: z.exactOptional(bytes('The highest sum of its peak and its wrappers.')),
  processCount: z.exactOptional(
    count('Processes that were seen in its tree; absent when none were looked for.'),
  ),
  timeline: z.exactOptional(timeline),
  guard: z.exactOptional(guard),
  heap: z.exactOptional(heap),
  oom: z.exactOptional(oom),
  warnings: z.exactOptional(warnings),
});

const tasks = described(
  z.array(task),
  'The named parts, each with its own processes. Times count from the start of the run, and from ' +
    'that of each where a program has named it.',
);

const stages = described(
  z.array(
    z.looseObject({
      name: text('Its name.'),
      peakBytes: z.exactOptional(
        bytes('The highest that the whole tree was while it was in this stage.'),
      ),
      firstSeenMs: ms('When the tree was first in this stage, from the start of the run.'),
      lastSeenMs: ms('When it was last in it.'),
      durationMs: ms('How long it was in it in all.'),
    }),
  ),
  'Spans of time, named by the first rule whose processes were alive.',
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
  heap: z.exactOptional(heap),
  survivors: z.exactOptional(survivors),
  timeline: z.exactOptional(timeline),
  programs: z.exactOptional(programs),
  tasks: z.exactOptional(tasks),
  stages: z.exactOptional(stages),
  missing: z.exactOptional(missing),
  bench: z.exactOptional(bench),
  warnings,
});
