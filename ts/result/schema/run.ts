/** What was run, where and when. */
import * as z from 'zod/mini';
import { bytes, commandLine, count, described, ms, pid, text } from './described.js';

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

export const run = described(
  z.looseObject({
    id: text('Unique; sorts by time.'),
    label: z.exactOptional(text('The name given with --label.')),
    command: commandLine('The command and its arguments.'),
    cwd: z.exactOptional(text('Working directory of the command.')),
    process: z.exactOptional(
      described(
        z.looseObject({
          pid: pid('Process id.'),
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
