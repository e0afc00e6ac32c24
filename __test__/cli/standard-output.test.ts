/** What commands do where their standard output is full or closed. */
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { commands } from '../../ts/cli/commands/index.js';
import { temporaryFolder } from '../helpers/folder.js';
import { cliPath, memtop, Running, startMemtop } from '../helpers/processes.js';

/** By the command: arguments with which it prints. Those that end with an own code are below. */
const printing: Readonly<Record<string, readonly string[][]>> = {
  exec: [['--help'], ['--version']],
  bench: [['-q', '--', 'true']],
  diff: [
    ['a.json', 'b.json'],
    ['--json', 'a.json', 'b.json'],
  ],
  gate: [
    ['--max-peak', '1G', 'a.json'],
    ['--json', '--max-peak', '1G', 'a.json'],
  ],
  ps: [[], ['--json'], ['--tree'], ['--runs', '--json']],
  history: [[], ['--json'], ['--export', '-']],
  show: [['last'], ['--json', 'last'], ['--sql']],
  prune: [['--older-than', '1d']],
  doctor: [[], ['--json']],
  help: [[], ['metrics']],
  completion: [['bash'], ['zsh'], ['fish']],
};

/** These are below, or print a single line (`kill`). */
const silent = ['run', 'attach', 'kill'];

test('every command is tried', (t) => {
  t.deepEqual([...Object.keys(printing), ...silent].sort(), Object.keys(commands).sort());
});

async function withRuns(folder: string): Promise<string> {
  for (const name of ['a', 'b']) {
    await memtop(['-q', '--json', `${name}.json`, '--', 'sleep', '0.1'], {
      cwd: folder,
      env: { MEMTOP_STORE: join(folder, 'store') },
    });
  }
  // Results that do not differ.
  copyFileSync(join(folder, 'a.json'), join(folder, 'b.json'));
  return folder;
}

for (const [name, argumentLists] of Object.entries(printing)) {
  for (const list of argumentLists) {
    const args = [...(name === 'exec' ? [] : [name]), ...list];
    const title = `memtop ${args.join(' ')}`;

    test(`${title}: a full standard output is one line of error`, async (t) => {
      const cwd = await withRuns(temporaryFolder(t));
      const full = openSync('/dev/full', 'w');
      const running = startMemtop(args, {
        cwd,
        env: { MEMTOP_STORE: join(cwd, 'store') },
        stdio: ['ignore', full, 'pipe'],
      });
      closeSync(full);
      const { code, stderr } = await running.finished();
      t.is(code, 1, stderr);
      t.regex(stderr, /^memtop: (--export -: )?standard output cannot be written: ENOSPC[^\n]*\n$/);
    });

    test(`${title}: a closed pipe is no error`, async (t) => {
      const cwd = await withRuns(temporaryFolder(t));
      const script = 'read -r x; exec "$@"';
      const running = new Running('sh', ['-c', script, 'sh', process.execPath, cliPath, ...args], {
        cwd,
        env: { ...process.env, MEMTOP_STORE: join(cwd, 'store') },
      });
      // It starts when the reader is gone.
      running.child.stdout?.destroy();
      await once(running.child.stdout ?? running.child, 'close');
      running.child.stdin?.end('\n');
      const { code, stderr } = await running.finished();
      t.deepEqual([code, stderr], [0, '']);
    });
  }
}

test('output of tasks that is lost is one warning', async (t) => {
  const cwd = temporaryFolder(t);
  const tasks = {
    one: { command: 'echo one; echo two; exit 4' },
    other: { command: 'echo one; echo two' },
  };
  writeFileSync(join(cwd, 'memtop.config.json'), JSON.stringify({ tasks }));
  const full = openSync('/dev/full', 'w');
  const args = ['run', '-q', '--keep-going', '--parallel', '2', 'one', 'other'];
  const running = startMemtop(args, { cwd, stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  const { code, stderr } = await running.finished();
  t.is(code, 4);
  t.regex(stderr, /^memtop: warning: standard output cannot be written: ENOSPC[^\n]*\n$/);
});

test('a log of bench that cannot be written is one warning', async (t) => {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, '.memtop'));
  symlinkSync('/dev/full', join(cwd, '.memtop/build-latest.log'));
  const command = ['sh', '-c', 'for i in 1 2 3; do echo $i; echo $i >&2; done'];
  const { code, stdout, stderr } = await memtop(['bench', '-q', '--', ...command], { cwd });
  t.is(code, 0, stderr);
  t.regex(stdout.toString(), /^1\n2\n3\n/);
  t.regex(stderr, /^(\d\n)*memtop: warning: the log is incomplete: ENOSPC[^\n]*\n$/);
});

for (const args of [
  ['-q', '--json', '-', '--', 'sh', '-c', 'exit 3'],
  ['attach', '-q', '--timeout', '10ms', '--json', '-', `${process.pid}`],
]) {
  test(`memtop ${args.join(' ')}: the exit code stays where the result is lost`, async (t) => {
    const full = openSync('/dev/full', 'w');
    const running = startMemtop(args, { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    const { code, stderr } = await running.finished();
    t.is(code, args.includes('attach') ? 0 : 3);
    t.regex(stderr, /^memtop: warning: --json - was not written: ENOSPC[^\n]*\n$/);
  });
}
