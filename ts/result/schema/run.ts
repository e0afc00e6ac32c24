/** What was run, where and when. */
import * as z from 'zod/mini';
import { bytes, count, described, ms, named, pid, text } from './described.js';

const host = named(
  'Host',
  z.looseObject({
    os: text('Operating system, as Node names it: linux, darwin, win32.'),
    arch: text('Processor architecture, as Node names it: x64, arm64.'),
    kernel: text('Release of the operating system.'),
    cpus: count('Logical CPUs.'),
    memoryBytes: bytes('Memory of the machine.'),
  }),
  'The machine.',
);

const processIdentity = named(
  'ProcessIdentity',
  z.looseObject({
    pid: pid('Process id.'),
    startedAt: z.exactOptional(text('Its start, ISO 8601 in UTC, exact to 10 ms.')),
  }),
  'A process. A pid can be reused; pid and start time together cannot.',
);

export const run = named(
  'Run',
  z.looseObject({
    id: text('Unique; sorts by time.'),
    label: z.exactOptional(text('The name given with --label.')),
    command: described(z.array(z.string()), 'The command and its arguments.'),
    cwd: z.exactOptional(text('Working directory of the command.')),
    process: described(
      z.exactOptional(processIdentity),
      'The process of the command. Pid and start time together identify it.',
    ),
    startedAt: text('Start, ISO 8601 in UTC.'),
    endedAt: text('End, ISO 8601 in UTC.'),
    durationMs: ms('From start to end.'),
    host,
  }),
  'What was run, where and when.',
);
