import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Store } from '../../ts/history/store.js';
import { asNobody, isRoot } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { testNeeding } from '../helpers/needs.js';
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
  // The result has its start.
  t.deepEqual(run?.process, { pid: result.run.process.pid });
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
  }, 'the first segment to be recorded');
  const [before] = store.runs();
  t.is(before?.state, 'running');
  t.is(before?.memtop?.pid, running.pid);
  await running.killed();
  const [run] = store.runs();
  t.is(run?.state, 'interrupted');
  t.truthy(run?.endedAt);
  const { sums, processes } = Store.open(store.file).timeline(run?.id ?? '');
  t.true(sums.length > 0);
  t.true(processes.some(({ name }) => name === 'sleep'));
});

const modeOf = (path: string) => statSync(path).mode & 0o777;

/** A store with one run in a folder of memtop's own, readable to all. */
async function exposedStore(t: ExecutionContext) {
  const data = temporaryFolder(t);
  const file = join(data, 'memtop/runs.db');
  const env = { XDG_DATA_HOME: data };
  await memtop(['-q', '--', 'true'], { env });
  const folder = dirname(file);
  const files = () => readdirSync(folder).map((name) => join(folder, name));
  const expose = () => {
    chmodSync(folder, 0o755);
    for (const path of files()) chmodSync(path, 0o644);
  };
  expose();
  return { file, folder, files, env, expose };
}

test('a store that others can read is made private by every command that opens it', async (t) => {
  const { folder, files, env, expose } = await exposedStore(t);
  for (const args of [['-q', '--', 'true'], ['history'], ['show'], ['ps', '--runs']]) {
    const { code, stderr } = await memtop(args, { env });
    t.is(code, 0, stderr);
    t.notRegex(stderr, /warning|other users/);
    t.is(modeOf(folder), 0o700, args.join(' '));
    for (const path of files()) t.is(modeOf(path), 0o600, `${args.join(' ')}: ${path}`);
    expose();
  }
});

test('the folder of another store, and a file that is none, keep their modes', async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const [file, other] = [join(folder, 'runs.db'), join(folder, 'other')];
  writeFileSync(other, 'no database, and long enough to be one '.repeat(100));
  chmodSync(other, 0o644);
  await memtop(['-q', '--store', file, '--', 'true']);
  chmodSync(file, 0o644);
  await memtop(['-q', '--store', file, '--', 'true']);
  t.is(modeOf(file), 0o600);
  t.is(modeOf(folder), 0o755);
  await memtop(['-q', '--store', other, '--', 'true']);
  await memtop(['history', '--store', other]);
  t.is(modeOf(other), 0o644);
});

const asRoot = testNeeding(isRoot ? undefined : { need: 'root', why: 'this is not root' });

asRoot("an ordinary user's store is made private as well", async (t) => {
  const { folder, file, env, files } = await exposedStore(t);
  for (const path of [dirname(folder), folder, ...files()]) chownSync(path, 65534, 65534);
  const { code, stderr } = await memtop(['-q', '--', 'true'], { env, as: asNobody, cwd: '/' });
  t.is(code, 0);
  t.is(stderr, '');
  t.is(modeOf(file), 0o600);
  t.is(modeOf(folder), 0o700);
});

asRoot('the store of another user keeps its mode, and root says nothing', async (t) => {
  const { file, folder, files, env } = await exposedStore(t);
  for (const path of [folder, ...files()]) chownSync(path, 65534, 65534);
  const { code, stderr } = await memtop(['history'], { env });
  t.is(code, 0);
  t.is(stderr, '');
  t.is(modeOf(file), 0o644);
});
