/** Runs whose command removes the package of memtop, as `npm ci` does with a local one. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { installedIn } from '../helpers/local-install.js';
import { testNeeding } from '../helpers/needs.js';
import { fixture, memtop, Running } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';
import { Terminal } from '../helpers/terminal.js';

const testInTerminal = testNeeding(whatIsMissing(['tmux', 'bash']));
const node = `'${process.execPath}'`;

interface Case {
  readonly what: string;
  readonly flags: readonly string[];
  /** What the command does once the package is gone. */
  readonly after: string;
  readonly code: number;
  readonly stderr: RegExp;
  readonly files?: readonly string[];
  readonly env?: Record<string, string>;
}

const cases: readonly Case[] = [
  {
    what: 'every format and the chart',
    flags: [
      '--json',
      'a.json',
      '--csv',
      'a.csv',
      '--html',
      'a.html',
      '--markdown',
      'a.md',
      '--chart',
    ],
    after: 'exit 3',
    code: 3,
    stderr: /memtop: peak/,
    files: ['a.json', 'a.csv', 'a.html', 'a.md'],
  },
  {
    what: 'the budget',
    flags: ['--max-peak', '1K'],
    after: 'exit 0',
    code: 120,
    stderr: /1KB/,
  },
  {
    what: 'the guard and its dump',
    flags: ['--limit', '60M', '--grace', '0s'],
    after: `${node} '${fixture('allocate.js')}' 200 60000`,
    code: 123,
    stderr: /memtop-crash-dump-\S+\.json/,
  },
  {
    what: 'the heaps of Node processes',
    flags: ['--heap'],
    after: `${node} -e 'process.exitCode = 4'`,
    code: 4,
    stderr: /JavaScript heap/,
  },
  {
    what: 'the job of GitHub Actions',
    flags: ['--max-peak', '1K'],
    after: 'exit 0',
    code: 120,
    stderr: /^::error/m,
    files: ['steps.md'],
    env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'steps.md' },
  },
];

for (const { what, flags, after, code, stderr, files = [], env = {} } of cases) {
  test(`a command may remove the package of memtop before it needs ${what}`, async (t) => {
    const cwd = temporaryFolder(t);
    const cli = installedIn(cwd);
    const command = ['sh', '-c', `rm -rf node_modules; ${after}`];
    const done = await memtop([...flags, '--', ...command], { cli, cwd, env });
    t.is(done.code, code, done.stderr);
    t.regex(done.stderr, stderr);
    t.notRegex(done.stderr, /warning|node:internal/);
    t.false(existsSync(join(cwd, 'node_modules')));
    for (const name of files) t.true(readFileSync(join(cwd, name)).length > 0, name);
  });
}

test('the records of a task runner are read if the package of memtop is gone', async (t) => {
  const cwd = temporaryFolder(t);
  const cli = installedIn(cwd);
  const task = {
    target: { project: 'api', target: 'build' },
    taskId: 'api:build',
    startTime: 'START',
    endTime: 'END',
    cacheStatus: 'local-cache-hit',
    status: 0,
  };
  writeFileSync(join(cwd, 'nx.json'), '{}');
  writeFileSync(
    join(cwd, 'record.cjs'),
    `const now = new Date().toISOString();
    const text = ${JSON.stringify(JSON.stringify({ run: { command: 'nx run-many', startTime: 'START', endTime: 'END' }, tasks: [task] }))};
    require('fs').mkdirSync('.nx/cache', { recursive: true });
    require('fs').writeFileSync('.nx/cache/run.json', text.replaceAll(/START|END/g, now));`,
  );
  const command = ['sh', '-c', `rm -rf node_modules; ${node} record.cjs`];
  const done = await memtop(['--json', 'result', '--', ...command], { cli, cwd });
  t.is(done.code, 0, done.stderr);
  const { tasks } = JSON.parse(readFileSync(join(cwd, 'result'), 'utf8'));
  t.deepEqual(
    tasks?.map(({ id }: { id: string }) => id),
    ['api:build'],
  );
});

test('the tasks of memtop run may remove its package', async (t) => {
  const cwd = temporaryFolder(t);
  const cli = installedIn(cwd);
  const tasks = {
    clean: { command: 'rm -rf node_modules' },
    build: { command: 'echo built', dependsOn: ['clean'] },
  };
  writeFileSync(join(cwd, 'memtop.config.json'), JSON.stringify({ tasks }));
  const done = await memtop(['run', '--max-peak', '1K', '--json', 'a.json', 'build'], { cli, cwd });
  t.is(done.code, 120, done.stderr);
  t.regex(done.stdout.toString(), /built/);
  t.notRegex(done.stderr, /warning|node:internal/);
});

test('the command of memtop bench may remove its package in each of its runs', async (t) => {
  const cwd = temporaryFolder(t);
  const cli = installedIn(cwd);
  writeFileSync(join(cwd, 'package.json'), '{}');
  mkdirSync(join(cwd, 'built'));
  writeFileSync(join(cwd, 'built/file'), 'text');
  const flags = ['-n', '2', '--verify', 'built/file', '--max-peak', '1K', '--heap'];
  const command = ['sh', '-c', `rm -rf node_modules; echo new > built/file; ${node} -e 0`];
  const done = await memtop(['bench', ...flags, '--', ...command], { cli, cwd });
  t.is(done.code, 120, done.stderr);
  t.notRegex(done.stderr, /warning|node:internal/);
});

test('a program may run a command that removes the package of memtop', async (t) => {
  const cwd = temporaryFolder(t);
  installedIn(cwd);
  const holding = `rm -rf node_modules; exec ${node} '${fixture('allocate.js')}' 200 60000`;
  const options = { limit: '60M', graceMs: 0, heap: true, crashFolder: cwd };
  writeFileSync(
    join(cwd, 'program.mjs'),
    `import { run } from './node_modules/memtop/dist/index.js';
    const result = await run(['sh', '-c', ${JSON.stringify(holding)}], ${JSON.stringify(options)});
    console.log(JSON.stringify(result));`,
  );
  const done = await new Running(process.execPath, ['program.mjs'], { cwd }).finished();
  t.deepEqual([done.code, done.stderr], [0, '']);
  const { exit, guard, heap, warnings } = JSON.parse(done.stdout.toString());
  t.is(exit.cause, 'guard');
  t.true(existsSync(guard.dumpFile));
  t.truthy(heap);
  t.deepEqual(warnings, []);
});

test('a run of Nx whose tasks remove the package of memtop is recorded', async (t) => {
  const cwd = temporaryFolder(t);
  installedIn(cwd);
  writeFileSync(
    join(cwd, 'nx.cjs'),
    `const plugin = require('./node_modules/memtop/dist/nx/plugin.cjs');
    const context = { id: '1', workspaceRoot: __dirname, argv: process.argv };
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
    const isMeasuring = () => {
      const maps = require('fs').readFileSync('/proc/self/maps', 'utf8');
      return maps.includes('.node');
    };
    (async () => {
      await plugin.preTasksExecution({}, context);
      while (!isMeasuring()) await pause();
      require('fs').rmSync('node_modules', { recursive: true });
      await plugin.postTasksExecution({}, { ...context, taskResults: {} });
    })();`,
  );
  const store = join(cwd, 'store');
  const env = { ...process.env, NX_LOG_HEAP_USAGE: 'true', MEMTOP_STORE: store };
  const nx = await new Running(process.execPath, ['nx.cjs'], { cwd, env }).finished();
  t.is(nx.code, 0, nx.stderr);
  t.notRegex(nx.stderr, /warning|nothing/);
  const { code, stderr } = await memtop(['show', '--store', store, 'last']);
  t.is(code, 0, stderr);
});

async function open(t: ExecutionContext): Promise<Terminal> {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  const cli = installedIn(terminal.folder);
  terminal.program('memtop', `exec ${node} '${cli}' "$@"`);
  terminal.program('removing', 'rm -rf node_modules; echo removed; read -r x; exit 5');
  return terminal;
}

testInTerminal('the lines below the output are shown after the package is gone', async (t) => {
  const terminal = await open(t);
  await terminal.types('./memtop --quiet --ui inline -- ./removing');
  await terminal.shows(/^removed\n\n?── memtop \d+s ──\n now /m);
  await terminal.presses('Enter');
  await terminal.runs('echo "code $?"');
  t.regex(await terminal.screen(), /^code 5$/m);
});

testInTerminal('the lines of memtop run are shown after the package is gone', async (t) => {
  const terminal = await open(t);
  const tasks = { removing: { command: './removing' } };
  writeFileSync(join(terminal.folder, 'memtop.config.json'), JSON.stringify({ tasks }));
  await terminal.types('./memtop run --quiet --ui inline removing');
  await terminal.shows(/^removed\n\n?── memtop \d+s ──\n now /m);
  await terminal.presses('Enter');
  await terminal.runs('echo "code $?"');
  t.regex(await terminal.screen(), /^code 5$/m);
});

testInTerminal('the view of the whole terminal goes on after the package is gone', async (t) => {
  const terminal = await open(t);
  await terminal.types('./memtop --ui full -- ./removing');
  await terminal.shows(/^removed[\s\S]*i type/m);
  await terminal.presses('i');
  await terminal.shows(/keys go to the task/);
  await terminal.presses('Enter');
  await terminal.shows(/ended, q leaves/);
  await terminal.presses('q');
  await terminal.shows(/memtop: peak/);
  await terminal.runs('echo "code $?"');
  t.regex(await terminal.screen(), /^code 5$/m);
});
