import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Store } from '../../ts/history/store.js';
import { temporaryFolder } from '../helpers/folder.js';
import { memtop, startMemtop, until } from '../helpers/processes.js';
import { ownStore } from '../helpers/stored.js';

test('a run is recorded, with its result', async (t) => {
  const store = ownStore(t);
  const file = join(temporaryFolder(t), 'result.json');
  const { code, stderr } = await store.memtop(
    ...['-q', '--label', 'build', '--json', file, '--', 'sh', '-c', 'exit 3'],
  );
  t.is(code, 3);
  t.is(stderr, '');
  const [run, another] = store.runs();
  t.is(another, undefined);
  t.is(run?.state, 'ended');
  t.is(run?.label, 'build');
  t.deepEqual(run?.exit, { code: 3, signal: null, cause: 'exit' });
  const result = JSON.parse(readFileSync(file, 'utf8'));
  t.deepEqual(Store.open(store.file).result(run?.id ?? ''), result);
  t.deepEqual(run?.process, result.run.process);
  t.is(run?.peakBytes, result.peak.bytes);
});

test('apparent secrets are not kept', async (t) => {
  const store = ownStore(t);
  await store.memtop('-q', '--', 'sh', '-c', 'sleep 0.1; :', '--password', 'hunter2');
  const [run] = store.runs();
  t.deepEqual(run?.command.slice(-2), ['--password', '[redacted]']);
  t.false(JSON.stringify(Store.open(store.file).whole(run as never)).includes('hunter2'));
});

test('--no-store, an off variable and a false config record nothing', async (t) => {
  const data = temporaryFolder(t);
  const folder = temporaryFolder(t);
  const at = { cwd: folder, env: { XDG_DATA_HOME: data } };
  const found = () => Store.openOrMake(join(data, 'memtop/runs.db')).runs().length;
  await memtop(['-q', '--no-store', '--', 'true'], at);
  await memtop(['-q', '--', 'true'], { ...at, env: { ...at.env, MEMTOP_STORE: 'off' } });
  writeFileSync(join(folder, 'memtop.config.json'), '{ "store": false }');
  await memtop(['-q', '--', 'true'], at);
  t.is(found(), 0);
  await memtop(['-q', '--', 'true'], { env: at.env });
  t.is(found(), 1);
});

test('--store names the file, and the config may', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'memtop.config.json'), '{ "store": "from-config.db" }');
  await memtop(['-q', '--', 'true'], { cwd: folder });
  await memtop(['-q', '--store', 'from-flag.db', '--', 'true'], { cwd: folder });
  t.is(Store.open(join(folder, 'from-config.db')).runs().length, 1);
  t.is(Store.open(join(folder, 'from-flag.db')).runs().length, 1);
  const { code, stderr } = await memtop(['--store', '', '--', 'true']);
  t.is(code, 2);
  t.regex(stderr, /--store must name a file/);
});

test('tasks are one run', async (t) => {
  const store = ownStore(t);
  const folder = temporaryFolder(t);
  const tasks = { a: { command: 'sleep 0.2' }, b: { command: 'sleep 0.1' } };
  writeFileSync(join(folder, 'memtop.config.json'), JSON.stringify({ tasks }));
  const { code } = await memtop(['run', '-q', 'a', 'b'], { cwd: folder, env: store.env });
  t.is(code, 0);
  const [run] = store.runs();
  t.deepEqual(run?.command, ['memtop', 'run', 'a', 'b']);
  t.is(run?.state, 'ended');
  t.is(Store.open(store.file).result(run?.id ?? '')?.tasks?.length, 2);
});

test('a store that cannot be used is one warning, and all else goes on', async (t) => {
  const folder = temporaryFolder(t);
  const text = join(folder, 'text');
  writeFileSync(text, 'this is no database\n'.repeat(100));
  const directory = join(folder, 'directory');
  mkdirSync(directory);
  for (const file of [text, directory, join(text, 'below'), '/proc/memtop/runs.db']) {
    const { code, stdout, stderr } = await memtop(
      ['-q', '--store', file, '--', 'sh', '-c', 'echo out; exit 7'],
      {},
    );
    t.is(code, 7, file);
    t.is(stdout.toString(), 'out\n');
    t.regex(stderr, /^memtop: warning: the run is not recorded: .*\n$/);
    t.true(stderr.includes(file.slice(0, 12)), stderr);
  }
  t.is(readFileSync(text, 'utf8').slice(0, 19), 'this is no database');
});

test('a missing command is not recorded', async (t) => {
  const store = ownStore(t);
  const { code, stderr } = await store.memtop('-q', '--', 'no-such-command-at-all');
  t.is(code, 127);
  t.false(stderr.includes('recorded'), stderr);
});

test('twenty concurrent runs are all recorded', async (t) => {
  const store = ownStore(t);
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      store.memtop('-q', '--label', `${number}`, '--', 'true'),
    ),
  );
  t.deepEqual([...new Set(all.map(({ stderr }) => stderr))], ['']);
  const runs = store.runs();
  t.is(runs.length, 20);
  t.true(runs.every(({ state }) => state === 'ended'));
});

test('a killed memtop leaves an interrupted run with its timeline', async (t) => {
  const store = ownStore(t);
  const running = startMemtop(['--', 'sleep', '60'], { env: store.env });
  await until(() => {
    try {
      return store.runs().some(({ peakBytes }) => peakBytes !== undefined);
    } catch {
      return false;
    }
  }, 'the first look to be recorded');
  const [before] = store.runs();
  t.is(before?.state, 'running');
  t.is(before?.memtop?.pid, running.pid);
  await running.killed();
  const [run] = store.runs();
  t.is(run?.state, 'interrupted');
  t.truthy(run?.endedAt);
  const { sums, processes } = Store.open(store.file).course(run?.id ?? '');
  t.true(sums.length > 0);
  t.true(processes.some(({ name }) => name === 'sleep'));
});
