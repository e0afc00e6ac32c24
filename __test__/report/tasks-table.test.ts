import test from 'ava';
import { tasksAtPeak, tasksTable } from '../../ts/report/tasks-table.js';
import { MB } from '../helpers/example-result.js';
import { exampleTask as task } from '../helpers/example-task.js';

const wrappers = { bytes: 180 * MB, processCount: 4 };

const few = [
  task('lib:build', 410, { wrappers }),
  task('ui:build', undefined, { status: 'cached', cache: 'local', durationMs: 4 }),
  task('my-app:build', 3174, { durationMs: 72_000, wrappers }),
  task('api:test', 620, { exit: { code: 1, signal: null, cause: 'exit' } }),
  task('my-app:e2e', undefined, { status: 'skipped', durationMs: 0 }),
];

const expected = [
  ' PEAK  WRAPPERS    TIME  TASK',
  '3.1GB     180MB  1m 12s  my-app:build',
  '620MB         -    2.5s  api:test failed, exit 1',
  '410MB     180MB    2.5s  lib:build',
  '    -         -     4ms  ui:build [local cache]',
  '    -         -       -  my-app:e2e skipped',
];

test('the largest comes first, with its wrappers apart', (t) => {
  t.deepEqual(tasksTable(few, 80), expected);
  t.deepEqual(tasksTable(few, 200), expected);
});

test('wrappers are left out where space is short', (t) => {
  t.deepEqual(tasksTable(few, 40), [
    ' PEAK    TIME  TASK',
    '3.1GB  1m 12s  my-app:build',
    '620MB    2.5s  api:test failed, exit 1',
    '410MB    2.5s  lib:build',
    '    -     4ms  ui:build [local cache]',
    '    -       -  my-app:e2e skipped',
  ]);
});

test('without wrappers there is no column for them', (t) => {
  t.deepEqual(tasksTable([task('a:build', 5)], 80), ['PEAK  TIME  TASK', ' 5MB  2.5s  a:build']);
});

test('without tasks there are no lines', (t) => {
  t.deepEqual(tasksTable([], 80), []);
});

test('the ten largest of many tasks are shown, with the number of the others', (t) => {
  const many = Array.from({ length: 41 }, (_, index) => task(`p${index}:build`, index + 1));
  const lines = tasksTable(many, 80);
  t.is(lines.length, 12);
  t.is(lines[1], '41MB  2.5s  p40:build');
  t.is(lines[10], '32MB  2.5s  p31:build');
  t.is(lines[11], '31 more');
});

test('a long name is cut before the outcome of its task', (t) => {
  const exit = { code: 1, signal: null, cause: 'exit' } as const;
  for (const columns of [40, 80, 200]) {
    const [, row = ''] = tasksTable([task('x'.repeat(10_000), 5, { exit, wrappers })], columns);
    t.true(row.length <= columns);
    t.true(row.endsWith('… failed, exit 1'), row);
  }
});

test('a name cannot control the terminal', (t) => {
  t.is(tasksTable([task('a\u001b[2J\nb', 5)], 80)[1], ' 5MB  2.5s  a?[2J b');
});

const atPeak = (id: string, megabytes: number) => ({
  id,
  source: 'nx',
  bytes: megabytes * MB,
  processCount: 2,
});

test('the tasks at the peak stand in a line, the small ones together', (t) => {
  const tasks = [
    atPeak('web:build', 3174),
    atPeak('api:build', 1229),
    atPeak('a:build', 200),
    atPeak('b:build', 100),
  ];
  const text = 'web:build 3.1GB, api:build 1.2GB, 2 others 300MB';
  t.deepEqual(tasksAtPeak(tasks, 80), [text]);
  t.deepEqual(tasksAtPeak(tasks, 40), ['web:build 3.1GB, api:build 1.2GB, 2', 'others 300MB']);
});

test('one task more than fits is named', (t) => {
  const tasks = [atPeak('web:build', 3174), atPeak('api:build', 1229), atPeak('a:build', 200)];
  t.deepEqual(tasksAtPeak(tasks, 80), ['web:build 3.1GB, api:build 1.2GB, a:build 200MB']);
  t.deepEqual(tasksAtPeak(tasks.slice(0, 1), 80), ['web:build 3.1GB']);
});

test('a long name at the peak is cut', (t) => {
  const [line = ''] = tasksAtPeak([atPeak('x'.repeat(10_000), 5)], 40);
  t.true(line.length <= 40, line);
});
