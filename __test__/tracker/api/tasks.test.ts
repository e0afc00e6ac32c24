import test, { type ExecutionContext } from 'ava';
import { InvalidOption, type Result, run, type TaskResult } from '../../../ts/index.js';
import type { Task } from '../../../ts/result/types.js';
import { temporaryFolder } from '../../helpers/folder.js';
import { MB } from '../../helpers/measured.js';
import { fixture } from '../../helpers/processes.js';

const fill = (megabytes: number, seconds: number) =>
  `perl '${fixture('fill.pl')}' ${megabytes} ${seconds}`;

/** Allocates memory beside another process, and holds it until both have theirs. */
const fillWithAnother = (t: ExecutionContext) => {
  const folder = temporaryFolder(t);
  return (megabytes: number) => `${fill(megabytes, 0.5)} '${folder}' 2`;
};

/** As Nx starts a task. */
const asTask = (project: string, target: string, script: string) =>
  `env NX_TASK_TARGET_PROJECT=${project} NX_TASK_TARGET_TARGET=${target} ` +
  `NX_VERBOSE_LOGGING=false sh -c "${script}; exit \\$?"`;

const traces = ['on', 'off'] as const;

async function tasksOf(script: string, trace: 'on' | 'off'): Promise<[Result, Task[]]> {
  const result = await run(['sh', '-c', script], { trace });
  return [result, result.tasks ?? []];
}

/** The memory of perl itself, including mapped libraries. */
const ofPerl = 8;

function isAbout(bytes: number | undefined, megabytes: number): boolean {
  const found = (bytes ?? 0) / MB;
  return found >= megabytes && found < megabytes * 1.03 + ofPerl;
}

test('the largest programs are listed with their timelines', async (t) => {
  const fillTogether = fillWithAnother(t);
  const [{ programs, peak }] = await tasksOf(
    `${fill(60, 0.5)}; ${fillTogether(200)} & ${fillTogether(100)} & wait`,
    'on',
  );
  const [perl] = programs ?? [];
  t.is(perl?.name, 'perl');
  t.is(perl?.peakBytes, Math.max(...(perl?.timeline.bytes ?? [])));
  t.true(isAbout(perl?.peakBytes, 300), `${perl?.peakBytes}`);
  t.true((perl?.peakBytes ?? 0) <= (peak?.bytes ?? 0));
  const times = perl?.timeline.atMs ?? [];
  t.true(times.length > 1 && times.every((at, place) => at > (times[place - 1] ?? -1)));
  const others = (programs ?? []).filter(({ name }) => name !== 'perl');
  t.true(
    others.every(({ name, peakBytes }) => name === 'sh' && isAbout(peakBytes, 0)),
    JSON.stringify(others),
  );
});

for (const trace of traces) {
  test(`tasks side by side have peaks of their own, the run has both (${trace})`, async (t) => {
    const fillTogether = fillWithAnother(t);
    const both = [
      asTask('small', 'build', fillTogether(100)),
      asTask('large', 'build', fillTogether(400)),
    ];
    const [{ peak }, tasks] = await tasksOf(`${both.join(' & ')} & wait`, trace);
    t.deepEqual(tasks.map(({ id, source }) => `${source} ${id}`).sort(), [
      'nx large:build',
      'nx small:build',
    ]);
    const [large, small] = ['large:build', 'small:build'].map((id) =>
      tasks.find((task) => task.id === id),
    );
    t.true(isAbout(small?.peak?.bytes, 100), `${small?.peak?.bytes}`);
    t.true(isAbout(large?.peak?.bytes, 400), `${large?.peak?.bytes}`);
    t.is(small?.peak?.method, trace === 'on' ? 'traced' : 'scanned');
    t.true(isAbout(peak?.bytes, 500), `${peak?.bytes}`);
    t.deepEqual(
      peak?.tasks?.map(({ id, processCount }) => ({ id, processCount })),
      [
        { id: 'large:build', processCount: 2 },
        { id: 'small:build', processCount: 2 },
      ],
    );
    t.deepEqual(
      peak?.processes.filter(({ name }) => name === 'perl').map(({ task }) => task),
      ['large:build', 'small:build'],
    );
  });

  test(`one after the other they are not added up (--trace ${trace})`, async (t) => {
    const steps = [200, 100, 150].map((megabytes) => fill(megabytes, 0.3)).join(' && ');
    const later = asTask('b', 'test', fill(300, 0.3));
    const [{ peak }, tasks] = await tasksOf(`${asTask('a', 'build', steps)}; ${later}`, trace);
    t.deepEqual(
      tasks.map(({ id }) => id),
      ['a:build', 'b:test'],
    );
    t.true(isAbout(tasks[0]?.peak?.bytes, 200), `${tasks[0]?.peak?.bytes}`);
    t.true(isAbout(tasks[1]?.peak?.bytes, 300), `${tasks[1]?.peak?.bytes}`);
    t.true(isAbout(peak?.bytes, 300), `${peak?.bytes}`);
  });
}

test('how a task ended is known where it is traced', async (t) => {
  const script = [
    asTask('good', 'lint', 'true'),
    asTask('bad', 'lint', 'exit 3'),
    asTask('killed', 'lint', `exec perl -e 'kill 9, \\$\\$'`),
  ].join('; ');
  const [, traced] = await tasksOf(`${script}; true`, 'on');
  t.deepEqual(
    traced.map(({ id, status, exit }) => ({ id, status, exit })),
    [
      { id: 'good:lint', status: 'ended', exit: { code: 0, signal: null, cause: 'exit' } },
      { id: 'bad:lint', status: 'ended', exit: { code: 3, signal: null, cause: 'exit' } },
      {
        id: 'killed:lint',
        status: 'ended',
        exit: { code: null, signal: 'SIGKILL', cause: 'signal' },
      },
    ],
  );
});

test('a task of a few milliseconds is not missed where it is traced', async (t) => {
  const many = Array.from({ length: 40 }, (_, number) => asTask(`p${number}`, 'noop', 'true'));
  const [{ processes }, tasks] = await tasksOf(many.join('; '), 'on');
  t.is(tasks.length, 40);
  t.is(processes?.unmeasured, 0);
});

test('the name that a program declares takes precedence over its task runner', async (t) => {
  const script = asTask('a', 'build', `MEMTOP_TASK=migrate ${fill(50, 0.2)}`);
  const [, tasks] = await tasksOf(script, 'on');
  t.deepEqual(tasks.map(({ id, source }) => `${source} ${id}`).sort(), [
    'memtop migrate',
    'nx a:build',
  ]);
});

test('a name with control codes stays text, and a long one is cut', async (t) => {
  const name = 'a\u001b[31m\u0007b';
  const script = `MEMTOP_TASK="${name}" sleep 0.1; MEMTOP_TASK=${'x'.repeat(10_000)} sleep 0.1`;
  const [, tasks] = await tasksOf(script, 'on');
  t.is(tasks[0]?.id, name);
  t.true((tasks[1]?.id.length ?? 0) < 300);
});

test('start and end are emitted, with what the result holds', async (t) => {
  const script = `${asTask('a', 'build', fill(50, 0.2))}; sleep 1; ${asTask('b', 'build', 'true')}`;
  const started: string[] = [];
  const ended: TaskResult[] = [];
  const beforeTheEnd: string[] = [];
  const running = run(['sh', '-c', script], { trace: 'on' });
  running.on('taskstart', ({ id }) => started.push(id));
  running.on('taskend', (task) => ended.push(task));
  const settled = new Promise<void>((resolve) => running.on('taskend', () => resolve()));
  await settled;
  beforeTheEnd.push(...ended.map(({ id }) => id));
  const { tasks } = await running;
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(beforeTheEnd, ['a:build'], 'the first event arrives during the run');
  t.deepEqual(started, ['a:build', 'b:build']);
  t.deepEqual(ended, tasks);
});

test('a run without tasks has none', async (t) => {
  const [result] = await tasksOf('true', 'on');
  t.false('tasks' in result);
  t.false('tasks' in (result.peak ?? {}));
});

test('rules and stages of a program count', async (t) => {
  const result = await run(['sh', '-c', `${fill(60, 0.3)}; sleep 0.1`], {
    trace: 'on',
    rules: [{ name: 'mine', argv: 'fill\\.pl (?<size>\\d+)', task: 'fill {size}' }],
    stages: [{ name: 'nap', argv: '^sleep' }],
  });
  t.deepEqual(
    result.tasks?.map(({ id, source }) => `${source}: ${id}`),
    ['mine: fill 60'],
  );
  t.deepEqual(
    result.stages?.map(({ name }) => name),
    ['nap'],
  );
});

const rule = { name: 'mine', argv: 'x', task: 'y' };
for (const [options, message] of [
  [{ rules: [{ ...rule, argv: '(' }] }, /^rules\.0\.argv is not a regular expression: /],
  [{ rules: [rule, rule] }, /^rules has two rules of the name mine$/],
  [
    { rules: [{ name: 'mine', task: 'y' }] },
    /^rules\.0 has no condition: give it env, argv or cwd$/,
  ],
  [{ rules: [{ ...rule, task: '{' }] }, /^rules\.0\.task must have a \} for each \{/],
  [{ stages: [{ name: 'a', argv: 'b(?=c)' }] }, /^stages\.0\.argv is not a regular expression: /],
] as const) {
  test(`${JSON.stringify(options)} is refused`, async (t) => {
    await t.throwsAsync(run(['true'], options), { instanceOf: InvalidOption, message });
  });
}
