import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isAlive } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { startMemtop, until } from '../helpers/processes.js';
import { type OwnStore, ownStore } from '../helpers/stored.js';

async function listed(store: OwnStore) {
  const { stdout } = await store.memtop('ps', '--runs', '--json');
  return JSON.parse(stdout.toString());
}

test('a running run is seen from elsewhere with its whole tree, and ended', async (t) => {
  const store = ownStore(t);
  const script = 'setsid sh -c "echo $$; exec sleep 60" & echo READY; sleep 60; :';
  const running = startMemtop(['-q', '--label', 'long', '--', 'sh', '-c', script], {
    env: store.env,
  });
  t.teardown(() => running.killed().catch(() => {}));
  await running.printed('READY');
  await until(async () => {
    const [alive] = await listed(store);
    return alive?.processes.filter(({ name }: { name: string }) => name === 'sleep').length === 2;
  }, 'both sleeps to be in the tree');
  const [{ run, processes }] = await listed(store);
  t.is(run.state, 'running');
  t.is(run.label, 'long');
  t.is(processes[0].pid, run.process.pid);
  const startedAfterMs = Date.parse(run.process.startedAt) - Date.parse(run.startedAt);
  t.true(startedAfterMs >= -11 && startedAfterMs < 30_000, `${startedAfterMs}`);
  t.true(Date.parse(run.memtop.startedAt) <= Date.parse(run.process.startedAt));

  const text = await store.memtop('ps', '--runs');
  t.regex(text.stdout.toString(), /^\S+ \(long\) {2}.* {2}sh -c setsid/);

  const killed = await store.memtop('kill', 'long');
  t.is(killed.code, 0, killed.stderr);
  t.regex(killed.stdout.toString(), /^killed \d+ processes\n$/);
  t.is((await running.finished()).code, 143);
  for (const { pid } of processes) t.false(isAlive(pid));
  t.is(store.runs()[0]?.state, 'ended');

  const again = await store.memtop('kill', run.id);
  t.is(again.code, 1);
  t.is(again.stderr, `memtop: no process of run ${run.id} is alive\n`);
  t.deepEqual(await listed(store), []);
});

test('tasks are ended together, and no further one is started', async (t) => {
  const store = ownStore(t);
  const folder = temporaryFolder(t);
  const tasks = { a: { command: 'echo READY; sleep 60' }, b: { command: 'echo NEXT' } };
  writeFileSync(join(folder, 'memtop.config.json'), JSON.stringify({ tasks }));
  const running = startMemtop(['run', '-q', '--serial', '--label', 'two', 'a', 'b'], {
    cwd: folder,
    env: store.env,
  });
  t.teardown(() => running.killed().catch(() => {}));
  await running.printed('READY');
  await until(async () => (await listed(store)).length === 1, 'the run to be recorded');
  const killed = await store.memtop('kill', 'two');
  t.is(killed.code, 0, killed.stderr);
  const { stdout } = await running.finished();
  t.false(stdout.includes('NEXT'));
});

test('without any running run nothing is shown', async (t) => {
  const store = ownStore(t);
  t.is((await store.memtop('ps', '--runs')).stderr, 'memtop: no run is running\n');
  t.deepEqual(await listed(store), []);
  const { code, stderr } = await store.memtop('ps', '--runs', '12');
  t.is(code, 2);
  t.is(stderr, 'memtop: ps --runs takes no process id\n');
});

test('an unknown run cannot be ended', async (t) => {
  const store = ownStore(t);
  await store.memtop('-q', '--', 'true');
  const { code, stderr } = await store.memtop('kill', 'nobody');
  t.is(code, 1);
  t.regex(stderr, /^memtop: no run has the label "nobody"/);
});
