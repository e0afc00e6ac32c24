import test from 'ava';
import type { ProcessRecord } from '../../ts/inspect/process.js';
import { processTable, processTreeTable } from '../../ts/report/processes.js';

const MB = 1024 * 1024;

function process(
  pid: number,
  parentPid: number,
  megabytes: number,
  command: string,
): ProcessRecord {
  return {
    pid,
    parentPid,
    started: 1,
    name: 'name',
    command: command === '' ? [] : command.split(' '),
    rssBytes: megabytes * MB,
    cpuPercent: 12.34,
    state: 'sleeping',
  };
}

const build = [
  process(1, 0, 13, '/sbin/init'),
  process(100, 1, 60, 'npm run build'),
  process(101, 100, 2, 'sh -c tsc'),
  process(102, 101, 700, '/usr/local/bin/node node_modules/.bin/tsc -b'),
  process(200, 1, 90, 'redis-server *:6379'),
];

test('the largest comes first', (t) => {
  t.deepEqual(processTable(build, 80), [
    'PID  PPID    RSS    CPU  COMMAND',
    '102   101  700MB  12.3%  node node_modules/.bin/tsc -b',
    '200     1   90MB  12.3%  redis-server *:6379',
    '100     1   60MB  12.3%  npm run build',
    '  1     0   13MB  12.3%  init',
    '101   100    2MB  12.3%  sh -c tsc',
  ]);
});

test('trees follow their roots, with the sum of each tree', (t) => {
  t.deepEqual(processTreeTable(build, 80), [
    'PID    RSS   TREE    CPU  COMMAND',
    '  1   13MB  865MB  12.3%  init',
    '100   60MB  762MB  12.3%  ├ npm run build',
    '101    2MB  702MB  12.3%  │ └ sh -c tsc',
    '102  700MB         12.3%  │   └ node node_modules/.bin/tsc -b',
    '200   90MB         12.3%  └ redis-server *:6379',
  ]);
});

test('a process whose parent is not shown is a root', (t) => {
  const lines = processTreeTable(build.slice(2), 80);
  t.deepEqual(
    lines.slice(1).map((line) => line.slice(26)),
    ['sh -c tsc', '└ node node_modules/.bin/tsc -b', 'redis-server *:6379'],
  );
});

test('a chain of any depth is shown', (t) => {
  const depth = 50_000;
  const chain = Array.from({ length: depth }, (_, index) => process(index + 2, index + 1, 1, 'sh'));
  const lines = processTreeTable(chain, 80);
  t.is(lines.length, depth + 1);
  t.true(lines.at(-1)?.includes('sh'));
});

test('no line is wider than the terminal, and each keeps something of its command', (t) => {
  const chain = Array.from({ length: 60 }, (_, depth) =>
    process(
      10_000 + depth,
      9_999 + depth,
      5,
      `/opt/some/where/program-${depth} ${'x'.repeat(300)}`,
    ),
  );
  for (const columns of [40, 80, 200]) {
    for (const lines of [processTable(chain, columns), processTreeTable(chain, columns)]) {
      t.is(lines.length, 61);
      t.true(lines.every((line) => line.length <= columns));
      t.true(lines.slice(1).every((line) => line.includes('progra')));
    }
  }
});

test('on a narrow terminal the command comes before PPID and CPU', (t) => {
  t.is(processTable(build, 40)[0], 'PID    RSS    CPU  COMMAND');
  t.is(processTable(build, 34)[0], 'PID    RSS  COMMAND');
  t.is(processTreeTable(build, 40)[0], 'PID    RSS   TREE  COMMAND');
  t.true(processTable(build, 3).every((line) => line.length <= 3));
});

test('names and command lines cannot control the terminal', (t) => {
  const hostile = process(7, 1, 1, '');
  const lines = processTable(
    [
      { ...hostile, name: 'a\n\u001b[2J\u202eb' },
      { ...hostile, pid: 8, command: ['/bin/\u001b]0;title\u0007', 'two\nlines\r'] },
    ],
    80,
  );
  t.is(lines[1]?.slice(-12), '[a ?[2J?b]'.padStart(12));
  t.true(lines[2]?.endsWith('?]0;title? two lines '));
});

test('wide characters count as the two columns that they take', (t) => {
  const [, line] = processTable([process(7, 1, 1, '大小大小大小大小大小大小大小大小')], 48);
  t.is(line, '  7     1  1MB  12.3%  大小大小大小大小大小大小…');
});

test('a zombie and a kernel thread are marked as such', (t) => {
  const zombie: ProcessRecord = { ...process(7, 1, 0, ''), state: 'zombie' };
  const { cpuPercent, ...young } = process(8, 2, 0, '');
  const lines = processTable([zombie, young], 80);
  t.true(lines[1]?.endsWith('12.3%  name (ended, not yet reaped by its parent)'));
  t.true(lines[2]?.endsWith(' -  [name]'));
  t.truthy(cpuPercent);
});

test('a title in place of a command line stays whole', (t) => {
  for (const title of ['nginx: master process /usr/sbin/nginx', '-bash', '/', 'a/b c']) {
    t.true(processTable([process(7, 1, 1, title)], 80)[1]?.endsWith(`  ${title}`));
  }
});

test('processes that are their own ancestors are shown once', (t) => {
  t.is(processTreeTable([process(7, 7, 1, 'own parent')], 80).length, 2);
  const circle = [process(8, 9, 1, 'one'), process(9, 8, 2, 'other'), process(10, 9, 3, 'child')];
  t.deepEqual(
    processTreeTable(circle, 80).map((line) => line.slice(23)),
    ['COMMAND', 'one', '└ other', '  └ child'],
  );
});

test('without processes there are no lines', (t) => {
  t.deepEqual(processTable([], 80), []);
  t.deepEqual(processTreeTable([], 80), []);
});
