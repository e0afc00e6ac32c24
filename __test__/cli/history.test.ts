import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Store } from '../../ts/history/store.js';
import { temporaryFolder } from '../helpers/folder.js';
import { memtop } from '../helpers/processes.js';
import { madeUpRun, ownStore } from '../helpers/stored.js';

test('the runs of a label are shown, and as JSON', async (t) => {
  const store = ownStore(t);
  await store.memtop('-q', '--label', 'build', '--', 'sleep', '0.1');
  await store.memtop('-q', '--', 'true');
  const all = await store.memtop('history');
  t.is(all.code, 0);
  t.regex(all.stdout.toString(), /build\n/);
  t.regex(all.stdout.toString(), /true\n/);
  const labelled = await store.memtop('history', '--label', 'build', '--json');
  const { schema, runs } = JSON.parse(labelled.stdout.toString());
  t.is(schema, 'memtop.history/1');
  t.deepEqual(
    runs.map(({ label }: { label?: string }) => label),
    ['build'],
  );
});

test('--since leaves out what is older', async (t) => {
  const store = ownStore(t);
  Store.openOrMake(store.file).add({
    run: madeUpRun(1, { state: 'interrupted' }),
    timeline: { sums: [], processes: [] },
  });
  await store.memtop('-q', '--', 'true');
  const count = async (...flags: string[]) => {
    const { stdout } = await store.memtop('history', '--json', ...flags);
    return JSON.parse(stdout.toString()).runs.length;
  };
  t.is(await count(), 2);
  t.is(await count('--since', '1h'), 1);
  t.is(await count('--since', '2026-01-02'), 1);
  const { code, stderr } = await store.memtop('history', '--since', 'yesterday');
  t.is(code, 2);
  t.regex(stderr, /--since must be a time such as 12h, 30d or 2w, or a date/);
});

test('without a store it says that nothing has been recorded', async (t) => {
  const store = ownStore(t);
  for (const command of ['history', 'show', 'prune --keep 1']) {
    const { code, stderr } = await store.memtop(...command.split(' '));
    t.is(code, 1, command);
    t.regex(stderr, /^memtop: no run has been recorded yet: there is no .*runs\.db\n$/);
  }
  const { code, stderr } = await memtop(['history'], { env: { MEMTOP_STORE: 'off' } });
  t.is(code, 2);
  t.regex(stderr, /there is no store: it is switched off/);
});

test('show prints the report again', async (t) => {
  const store = ownStore(t);
  const { stderr } = await store.memtop('--label', 'build', '--', 'sleep', '0.1');
  await store.memtop('-q', '--', 'true');
  const last = await store.memtop('show');
  t.regex(last.stdout.toString(), /^run [\d-]+[0-9a-f]+, [\d: -]+\n {2}true\n/);
  const build = await store.memtop('show', 'build');
  t.regex(build.stdout.toString(), /^run \S+ \(build\)/);
  t.true(build.stdout.toString().includes(stderr), build.stdout.toString());
  const json = await store.memtop('show', '--json', 'build');
  const { run, result } = JSON.parse(json.stdout.toString());
  t.is(result.run.id, run.id);
  const wrong = await store.memtop('show', 'biuld');
  t.is(wrong.code, 1);
  t.regex(wrong.stderr, /^memtop: no run has the label "biuld"/);
});

test('show --sql describes the tables', async (t) => {
  const { code, stdout } = await ownStore(t).memtop('show', '--sql');
  t.is(code, 0);
  t.regex(stdout.toString(), /CREATE TABLE run \(/);
});

test('runs go from one store to another and are the same there', async (t) => {
  const [one, other] = [ownStore(t), ownStore(t)];
  await one.memtop('-q', '--label', 'build', '--', 'sleep', '0.2');
  await one.memtop('-q', '--', 'true');
  const file = join(temporaryFolder(t), 'runs.json');
  const exported = await one.memtop('history', '--export', file);
  t.is(exported.code, 0, exported.stderr);
  t.is(statSync(file).mode & 0o777, 0o600);
  const imported = await other.memtop('history', '--import', file);
  t.is(imported.stderr, 'memtop: 2 runs added, 0 left out\n');
  const again = await other.memtop('history', '--import', file);
  t.is(again.stderr, 'memtop: 0 runs added, 2 left out\n');
  const whole = (store: { file: string }) => {
    const opened = Store.open(store.file);
    return opened.runs().map((run) => {
      const { process: _, memtop: __, ...kept } = run;
      return { ...opened.whole(run), run: kept };
    });
  };
  t.deepEqual(whole(other), whole(one));
});

test('no output has start times in clock ticks', async (t) => {
  const store = ownStore(t);
  await store.memtop('-q', '--', 'sleep', '0.2');
  for (const args of [
    ['history', '--json'],
    ['show', '--json'],
    ['history', '--export', '-'],
  ]) {
    const { stdout } = await store.memtop(...args);
    t.regex(stdout.toString(), /"process": ?\{\s*"pid"/, args.join(' '));
    t.notRegex(stdout.toString(), /startTicks/i, args.join(' '));
  }
});

test('a file that is no export adds nothing and says what is wrong', async (t) => {
  const store = ownStore(t);
  const file = join(temporaryFolder(t), 'runs.json');
  for (const [text, problem] of [
    ['[', /--import .*runs\.json: /],
    ['{"schema":"memtop.export/1","runs":[{"run":{"id":"x"}}]}', /runs\.0\.run\.id/],
    ['{"schema":"memtop.result/1"}', /schema/],
  ] as const) {
    writeFileSync(file, text);
    const { code, stderr } = await store.memtop('history', '--import', file);
    t.is(code, 1);
    t.regex(stderr, problem);
  }
  t.is(Store.openOrMake(store.file).runs().length, 0);
});

test('prune removes by number and says how much', async (t) => {
  const store = ownStore(t);
  for (let run = 0; run < 3; run += 1) await store.memtop('-q', '--', 'true');
  const pruned = await store.memtop('prune', '--keep', '1');
  t.regex(pruned.stdout.toString(), /^removed 2 of 3 runs; \S+ before, \S+ now\n$/);
  t.is(store.runs().length, 1);
  const aged = await store.memtop('prune', '--older-than', '1h', '--max-size', '1G');
  t.regex(aged.stdout.toString(), /^removed 0 of 1 runs/);
  const { code, stderr } = await store.memtop('prune');
  t.is(code, 2);
  t.is(stderr, 'memtop: prune needs --older-than DURATION, --keep N or --max-size SIZE\n');
  t.is(
    (await store.memtop('prune', '90d')).stderr,
    'memtop: unexpected argument 90d; prune takes none: choose runs by --older-than, --keep or ' +
      '--max-size\n',
  );
});

test('an output file that cannot be written is an error', async (t) => {
  const store = ownStore(t);
  await store.memtop('-q', '--', 'true');
  const { code, stderr } = await store.memtop('history', '--export', '/proc/memtop/x');
  t.is(code, 1);
  t.regex(stderr, /--export \/proc\/memtop\/x/);
  t.is(readFileSync(store.file).subarray(0, 6).toString(), 'SQLite');
});
