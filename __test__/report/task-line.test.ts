import test from 'ava';
import type { Look } from '../../ts/report/look.js';
import { taskLine } from '../../ts/report/task-line.js';
import type { ExitCause, Task } from '../../ts/result/types.js';
import { exampleTask as task } from '../helpers/example-task.js';

/** No terminal: 120 columns, no colours. */
const log: Look = { columns: 120, isColoured: false, isAscii: false };
const terminal: Look = { columns: 80, isColoured: true, isAscii: false };

const failed = (cause: ExitCause, code: number | null = null) =>
  ({ durationMs: 12_000, exit: { code, signal: null, cause } }) satisfies Partial<Task>;

test('a task that succeeded shows its time and its peak', (t) => {
  t.is(taskLine(task('my-app:build', 512), log), '✓ my-app:build 2.5s (peak: 512MB)');
});

test('a task that was not measured shows no peak', (t) => {
  t.is(taskLine(task('my-app:build'), log), '✓ my-app:build 2.5s');
});

test('a cached task shows where its results came from, no peak and no error', (t) => {
  const cached = (cache?: Task['cache']) =>
    task('my-app:build', undefined, {
      status: 'cached',
      durationMs: 45,
      ...(cache !== undefined && { cache }),
    });
  t.is(taskLine(cached('local'), log), '✓ my-app:build [local cache] 45ms');
  t.is(taskLine(cached('remote'), log), '✓ my-app:build [remote cache] 45ms');
  t.is(taskLine(cached('kept'), log), '✓ my-app:build [local cache, kept] 45ms');
  t.is(taskLine(cached(), log), '✓ my-app:build [cache] 45ms');
});

test('a cached task whose processes were seen shows their peak', (t) => {
  const cached = task('my-app:build', 512, { status: 'cached', cache: 'local' });
  t.is(taskLine(cached, log), '✓ my-app:build [local cache] 2.5s (peak: 512MB)');
});

test('a task that failed shows its exit code and its peak', (t) => {
  const line = taskLine(task('api:test', 1331, failed('exit', 1)), log);
  t.is(line, '✗ api:test failed, exit 1, 12s (peak: 1.3GB)');
});

test('a task that failed without an exit code shows no number', (t) => {
  t.is(taskLine(task('api:test', 5, failed('exit')), log), '✗ api:test failed, 12s (peak: 5MB)');
});

test('each kind of end has its own text', (t) => {
  const line = (rest: Partial<Task>) => taskLine(task('a:b', 5, rest), log);
  const killed = { durationMs: 12_000, exit: { code: null, signal: 'SIGKILL', cause: 'signal' } };
  t.is(line(killed as Partial<Task>), '✗ a:b killed by SIGKILL, 12s (peak: 5MB)');
  t.is(line(failed('oom-kernel')), '✗ a:b out of memory, killed by the kernel, 12s (peak: 5MB)');
  t.is(line(failed('oom-heap', 134)), '✗ a:b out of memory, its heap was full, 12s (peak: 5MB)');
  t.is(line(failed('guard')), '✗ a:b ended by the guard, 12s (peak: 5MB)');
  t.is(line(failed('timeout')), '✗ a:b timed out, 12s (peak: 5MB)');
  t.is(line(failed('aborted')), '✗ a:b stopped, 12s (peak: 5MB)');
  t.is(line(failed('not-started')), '✗ a:b did not start, 12s (peak: 5MB)');
});

test('a guard that ended a task is named, whatever its exit code', (t) => {
  const guard = { warned: true, action: 'terminated' } as const;
  const line = taskLine(task('a:b', 5, { ...failed('exit', 143), guard }), log);
  t.is(line, '✗ a:b ended by the guard, 12s (peak: 5MB)');
});

test('a skipped task says so and has neither time nor peak', (t) => {
  const { exit: _none, ...skipped } = task('app:deploy', undefined, { status: 'skipped' });
  t.is(taskLine(skipped, log), '• app:deploy skipped');
});

test('a task that is still running says so', (t) => {
  const { exit: _none, ...running } = task('web:serve', 90, { status: 'running' });
  t.is(taskLine(running, log), '• web:serve still running, 2.5s (peak: 90MB)');
});

test('a task whose end is unknown claims neither success nor failure', (t) => {
  const { exit: _none, ...ended } = task('1234', 90);
  t.is(taskLine(ended, log), '• 1234 2.5s (peak: 90MB)');
});

test('on a terminal the mark is green or red and the peak is dim', (t) => {
  t.is(
    taskLine(task('my-app:build', 512), terminal),
    '\u001b[32m✓\u001b[0m my-app:build 2.5s \u001b[2m(peak: 512MB)\u001b[0m',
  );
  t.is(
    taskLine(task('api:test', 5, failed('exit', 1)), terminal),
    '\u001b[31m✗\u001b[0m api:test failed, exit 1, 12s \u001b[2m(peak: 5MB)\u001b[0m',
  );
});

test('without UTF-8 everything is ASCII', (t) => {
  const look = { ...log, isAscii: true };
  t.is(taskLine(task('my-app:build', 512), look), '+ my-app:build 2.5s (peak: 512MB)');
  t.is(taskLine(task('api:test', 5, failed('exit', 1)), look).slice(0, 2), 'x ');
  t.is(taskLine(task('büro:bauen', 5), look), '+ b?ro:bauen 2.5s (peak: 5MB)');
  const narrow = taskLine(task('x'.repeat(100), 5), { ...look, columns: 40 });
  t.is(narrow, '+ xxxxxxxxxxxxxxxxxxxx~ 2.5s (peak: 5MB)');
});

test('a long name is cut, and its outcome is not', (t) => {
  const line = taskLine(task('x'.repeat(10_000), 1331, failed('exit', 1)), { ...log, columns: 60 });
  t.is(line, '✗ xxxxxxxxxxxxxxxxxxxxxxx… failed, exit 1, 12s (peak: 1.3GB)');
  t.true(line.length <= 60);
});

test('no line is wider than the terminal, however narrow that is', (t) => {
  const tasks = [
    task('x'.repeat(10_000), 1331, failed('oom-kernel')),
    task('日本語'.repeat(50), 512),
    task('my-app:build', 512, { status: 'cached', cache: 'local' }),
  ];
  for (const columns of [5, 20, 40, 80, 200]) {
    for (const one of tasks) {
      for (const isColoured of [true, false]) {
        const line = taskLine(one, { columns, isColoured, isAscii: false });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
        const plain = line.replaceAll(/\u001b\[\d+m/g, '');
        const width = plain.length + (plain.match(/[日本語]/g)?.length ?? 0);
        t.true(width <= columns, `${columns}: ${plain}`);
      }
    }
  }
});

test('a name cannot control the terminal', (t) => {
  const line = taskLine(task('a\u001b]0;title\u0007\n\u202eb:\u009b31mc', 5), log);
  t.is(line, '✓ a?]0;title? ?b:?31mc 2.5s (peak: 5MB)');
});

const lines = (tasks: Task[], look: Look) => tasks.map((one) => taskLine(one, look));

test('one task', (t) => {
  t.deepEqual(lines([task('my-app:build', 512)], log), ['✓ my-app:build 2.5s (peak: 512MB)']);
});

const many = [
  task('lib:build', 410, { durationMs: 900 }),
  task('my-app:build', 1331, { durationMs: 12_300 }),
  task('ui:build', undefined, { status: 'cached', cache: 'local', durationMs: 4 }),
  task('api:test', 620, failed('exit', 1)),
  task('my-app:e2e', undefined, { status: 'skipped', durationMs: 0 }),
];

test('many tasks, without a terminal', (t) => {
  t.deepEqual(lines(many, log), [
    '✓ lib:build 900ms (peak: 410MB)',
    '✓ my-app:build 12.3s (peak: 1.3GB)',
    '✓ ui:build [local cache] 4ms',
    '✗ api:test failed, exit 1, 12s (peak: 620MB)',
    '• my-app:e2e skipped',
  ]);
});

test('many tasks, on a terminal', (t) => {
  const shown = lines(many, terminal).map((line) => line.replaceAll('\u001b', '^'));
  t.deepEqual(shown, [
    '^[32m✓^[0m lib:build 900ms ^[2m(peak: 410MB)^[0m',
    '^[32m✓^[0m my-app:build 12.3s ^[2m(peak: 1.3GB)^[0m',
    '^[32m✓^[0m ui:build [local cache] 4ms',
    '^[31m✗^[0m api:test failed, exit 1, 12s ^[2m(peak: 620MB)^[0m',
    '^[39m•^[0m my-app:e2e skipped',
  ]);
});
