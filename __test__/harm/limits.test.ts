import { constants } from 'node:os';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { limitedGroup, whyNoGroup } from '../helpers/group.js';
import { type Before, harmless } from '../helpers/harmless.js';
import { MB } from '../helpers/measured.js';
import { Running, withoutMemtop } from '../helpers/processes.js';
import type { Way } from '../helpers/ways.js';

/** With a group for the run between the program and the limit, and without. */
const among: readonly Way[] = [
  ['--cgroup', 'on'],
  ['--cgroup', 'on', '--trace', 'off'],
  ['--cgroup', 'off'],
];

const limited = (name: string, megabytes: number, command: readonly string[]) => {
  let groups = 0;
  return async (t: ExecutionContext, before: Before) => {
    groups += 1;
    const inGroup = limitedGroup(t, `${name}-${groups}`, megabytes * MB);
    const [program = '', ...args] = [...inGroup, ...before.args, ...command];
    const env = withoutMemtop(process.env);
    const running = new Running(program, args, { cwd: temporaryFolder(t), env });
    const { code, signal, stdout, stderr } = await running.finished();
    const ended = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
    return { ended, printed: stdout.toString(), isRefused: stderr.startsWith('memtop: ') };
  };
};

const printLimits =
  'console.log(v8.getHeapStatistics().heap_size_limit, ' +
  'process.constrainedMemory?.(), process.availableMemory?.() < 2 ** 30)';

harmless(
  'in a group with a limit Node has the same heap',
  limited('heap', 400, [process.execPath, '-e', printLimits]),
  { among, unless: whyNoGroup },
);

const fill = 'const all = []; for (;;) all.push(new Array(100_000).fill(1.5))';

harmless(
  'in a group with a limit a Node whose heap is full ends the same way',
  limited('full', 800, [process.execPath, '-e', fill]),
  { among, unless: whyNoGroup },
);

harmless(
  'in a group with a limit Java has the same heap',
  limited('java', 400, [
    'sh',
    '-c',
    'java -XX:+PrintFlagsFinal -version 2> /dev/null | grep MaxHeapSize',
  ]),
  { among, needs: ['java'], unless: whyNoGroup },
);
