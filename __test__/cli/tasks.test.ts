import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { MB, measured } from '../helpers/measured.js';
import { fixture, memtop } from '../helpers/processes.js';

const fill = (megabytes: number, seconds: number) =>
  `perl '${fixture('fill.pl')}' ${megabytes} ${seconds}`;
const asTask = (project: string, script: string) =>
  `env NX_TASK_TARGET_PROJECT=${project} NX_TASK_TARGET_TARGET=build NX_VERBOSE_LOGGING=false ` +
  `sh -c "${script}; exit \\$?"`;

test('each task prints a line with its peak when it ends', async (t) => {
  const script = `${asTask('good', fill(100, 0.3))}; ${asTask('bad', 'exit 3')}; true`;
  const call = ['--trace', 'on', '--log-heap-usage', '--quiet', '--', 'sh', '-c', script];
  const { stderr, stdout } = await memtop(call);
  const [good, bad] = stderr.trimEnd().split('\n');
  t.regex(good ?? '', /^\S good:build \d+ms \(peak: 10\d(\.\d)?MB\)$/);
  t.regex(bad ?? '', /^\S bad:build failed, exit 3, \d+ms/);
  t.is(stdout.length, 0);
});

test('without the flag there are no such lines, and the summary shows the tasks', async (t) => {
  const script = `${asTask('web', fill(100, 0.3))}; ${asTask('api', fill(50, 0.3))}; true`;
  const { stderr } = await memtop(['--trace', 'on', '--', 'sh', '-c', script]);
  t.notRegex(stderr, /peak: 10/);
  t.regex(stderr, /^ +PEAK +WRAPPERS +TIME +TASK$/m);
  t.regex(stderr, /^ +10\d\S* +[\d.]+[KM]B +\d+ms +web:build$/m);
});

for (const trace of ['on', 'off']) {
  test(`each script of a chain is a stage with its peak (--trace ${trace})`, async (t) => {
    const folder = temporaryFolder(t);
    const scripts = {
      small: fill(80, 0.3),
      nap: 'sleep 0.05',
      large: fill(160, 0.3),
      chain: 'npm run small && npm run nap && npm run large',
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'chained', scripts }));
    const stages = ['small=fill.pl 80', 'nap=^sleep', 'large=fill.pl'];
    const flags = [...stages.flatMap((stage) => ['--stage', stage]), '--trace', trace];
    const { result, stderr } = await measured(
      t,
      ['npm', '--prefix', folder, 'run', 'chain'],
      flags,
    );
    const found = result.stages ?? [];
    t.deepEqual(
      found.map(({ name }) => name),
      ['small', 'nap', 'large'],
      stderr,
    );
    const [small, , large] = found;
    const added = (large?.peakBytes ?? 0) - (small?.peakBytes ?? 0);
    // The shared memory of npm's processes may be known better for one of the two.
    t.true(added > 50 * MB && added < 130 * MB, `${small?.peakBytes} and ${large?.peakBytes}`);
    t.true((small?.lastSeenMs ?? 0) <= (large?.firstSeenMs ?? 0));
    t.regex(stderr, /^ {2}stages +small \S+MB in \S+, nap /m);
    const tasks = result.tasks?.map(({ id }) => id);
    t.deepEqual(
      tasks,
      ['chain', 'small', 'nap', 'large'].map((script) => `chained:${script}`),
    );
  });
}
