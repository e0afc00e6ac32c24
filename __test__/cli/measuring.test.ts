import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { whyNoGroup } from '../helpers/group.js';
import { MB, measured, peakOf } from '../helpers/measured.js';
import { testNeeding } from '../helpers/needs.js';
import { fixture, memtop } from '../helpers/processes.js';

/** Perl statements that fill this much memory, once. */
const fill = (megabytes: number) =>
  `open Z, "</dev/zero"; sysread Z, $held, ${megabytes} * 1024 * 1024;`;

/** It forks eight times then; the children write nothing and so share it all. */
const sharing = `
  ${fill(300)}
  for (1..8) { if (!fork) { select undef, undef, undef, 0.5; exit } }
  1 while wait != -1;`;

test('memory that forks share counts about once', async (t) => {
  const { result } = await measured(t, ['perl', '-e', sharing]);
  const peak = peakOf(t, result);
  t.is(peak.metric, 'unique');
  t.true(peak.bytes >= 300 * MB && peak.bytes <= 340 * MB, `${peak.bytes}`);
  t.true(peak.highestRssBytes >= 1500 * MB, `${peak.highestRssBytes}`);
  t.true((result.sampling.pssReads ?? 0) > 0);
});

test('parts add up to the peak, and no process is larger than it', async (t) => {
  for (const flags of [[], ['--metric', 'rss'], ['--metric', 'pss'], ['--trace', 'off']]) {
    const { result } = await measured(t, ['perl', '-e', sharing], flags);
    const { bytes, lowerBytes, processes, rollup } = peakOf(t, result);
    const sumOf = (list: readonly { readonly bytes: number }[]) =>
      list.reduce((sum, one) => sum + one.bytes, 0);
    t.is(sumOf(processes), bytes, `${flags}`);
    t.is(sumOf(rollup), bytes, `${flags}`);
    t.true((result.largestProcess?.bytes ?? 0) <= bytes, `${flags}`);
    t.true(lowerBytes <= bytes, `${flags}`);
    t.false(
      processes.some(({ pssBytes }) => pssBytes === 0),
      `${flags}`,
    );
  }
});

test('a process is shown by its own title, and grouped by its program', async (t) => {
  const perl = `${fill(50)} select undef, undef, undef, 0.3`;
  const script = `exec -a 'sshd: deploy@pts/0' perl -e '${perl}'`;
  const { result, stderr } = await measured(t, ['bash', '-c', script]);
  t.is(peakOf(t, result).rollup[0]?.name, 'perl');
  t.regex(stderr, /at the peak +sshd: deploy@pts\/0 -e/);
});

test('with --metric rss shared memory counts in each process, and PSS is not read', async (t) => {
  const { result } = await measured(t, ['perl', '-e', sharing], ['--metric', 'rss']);
  const peak = peakOf(t, result);
  t.is(peak.metric, 'rss');
  t.true(peak.bytes >= 1500 * MB, `${peak.bytes}`);
  t.is(result.sampling.pssReads, 0);
});

test('the bounds hold the peak between them', async (t) => {
  const { result } = await measured(t, [process.execPath, fixture('allocate.js'), '200', '200']);
  const { bytes, lowerBytes, upperBytes = 0 } = peakOf(t, result);
  t.true(lowerBytes >= 200 * MB && lowerBytes <= bytes && bytes <= upperBytes);
});

test('short children of 300 MB are caught, or the peak says what it may have missed', async (t) => {
  const script = `system 'perl', '-e', '${fill(300)}' for 1..5`;
  const flags = ['--trace', 'off', '--cgroup', 'off', '--interval', '1000', '--no-guard'];
  const { result } = await measured(t, ['perl', '-e', script], flags);
  const { bytes, method, upperBytes = 0 } = peakOf(t, result);
  t.true(bytes >= 290 * MB, `${bytes}`);
  t.is(method, 'kernel');
  t.true(upperBytes >= bytes);
});

test('a peak of one process between two samples names that process', async (t) => {
  const briefly = `${fill(300)}; undef $held; select undef, undef, undef, 0.2`;
  const script = `sleep 0.1; perl -e '${briefly}'; MEMTOP_TASK=other sleep 0.1`;
  // The guard would sample it.
  const flags = ['--trace', 'on', '--cgroup', 'off', '--interval', '60000', '--no-guard'];
  const { result } = await measured(
    t,
    ['sh', '-c', `MEMTOP_TASK=mine; export MEMTOP_TASK; ${script}`],
    flags,
  );
  const { bytes, method, processes, rollup, tasks } = peakOf(t, result);
  t.is(method, 'kernel');
  t.true(bytes >= 290 * MB, `${bytes}`);
  t.deepEqual(rollup, [{ name: 'perl', count: 1, bytes }]);
  t.deepEqual(
    processes.map(({ pid, command, task }) => [pid, command[0], task]),
    [[result.largestProcess?.pid ?? 0, 'perl', 'mine']],
  );
  t.like(tasks, [{ id: 'mine', bytes, processCount: 1 }]);
});

test('the timeline rises in time and its highest point is the peak', async (t) => {
  const { result } = await measured(t, [process.execPath, fixture('allocate.js'), '100', '200']);
  const { atMs, bytes } = result.timeline ?? { atMs: [], bytes: [] };
  t.is(atMs.length, bytes.length);
  t.true(atMs.length > 20 && atMs.length <= 500);
  t.true(atMs.every((at, index) => index === 0 || at > (atMs[index - 1] ?? 0)));
  const peak = peakOf(t, result);
  const highest = Math.max(...bytes);
  // One that only the kernel has seen has no time.
  if (peak.method === 'kernel') t.true(highest < peak.bytes && highest > 0.99 * peak.bytes);
  else t.is(highest, peak.bytes);
});

const testWithGroup = testNeeding(whyNoGroup);

testWithGroup('a run in a group of its own has the kernel’s peak beside its own', async (t) => {
  const { result } = await measured(
    t,
    [process.execPath, fixture('allocate.js'), '300', '300'],
    ['--cgroup', 'on'],
  );
  const { peakBytes = 0, anonBytes = 0, escaped, oomKills } = result.cgroup ?? {};
  t.true(peakBytes >= 300 * MB && peakBytes <= 380 * MB, `${peakBytes}`);
  t.true(anonBytes >= 300 * MB, `${anonBytes}`);
  t.is(escaped, 0);
  t.is(oomKills, 0);
});

testWithGroup(
  'the group is gone after the run, and the next one starts from nothing',
  async (t) => {
    const show = ['sh', '-c', 'grep memory /proc/self/cgroup || cat /proc/self/cgroup'];
    const first = await measured(t, [process.execPath, fixture('allocate.js'), '300', '0']);
    const second = await measured(t, show);
    t.true((second.result.cgroup?.peakBytes ?? 0) < 100 * MB);
    t.true(second.stdout.toString().includes(`${second.result.cgroup?.path}`));
    for (const { result } of [first, second]) {
      const { path = '' } = result.cgroup ?? {};
      t.false(existsSync(`/sys/fs/cgroup/memory${path}`) || existsSync(`/sys/fs/cgroup${path}`));
    }
  },
);

test('without a group the result says why', async (t) => {
  const { result } = await measured(t, ['true'], ['--cgroup', 'off']);
  t.false('cgroup' in result);
  t.is(result.missing?.cgroup, 'it was not asked for');
});

test('unknown values of a flag are named', async (t) => {
  for (const [flag, choices] of [
    ['--metric', 'auto, rss, pss'],
    ['--cgroup', 'auto, on, off'],
  ] as const) {
    const { code, stderr } = await memtop([flag, 'maybe', '--', 'true']);
    t.is(code, 2);
    t.is(stderr, `memtop: ${flag} must be one of ${choices}, not "maybe"\n`);
  }
});

test('a process that runs another program late is named by what it is at the peak', async (t) => {
  const allocate = `exec '${process.execPath}' '${fixture('allocate.js')}' 150 200`;
  const { result } = await measured(t, ['sh', '-c', `sleep 0.4; ${allocate}`]);
  t.is(result.largestProcess?.command.at(-2), '150');
});

test('an orphan whose parent ended at once stays in the tree', async (t) => {
  const allocate = `'${process.execPath}' '${fixture('allocate.js')}' 150 300`;
  const fifo = join(temporaryFolder(t), 'fifo');
  const daemon = `(setsid sh -c "${allocate} > /dev/null; echo > '${fifo}'" &)`;
  const script = `mkfifo '${fifo}'; ${daemon}; read line < '${fifo}'`;
  const { result } = await measured(t, ['sh', '-c', script], ['--cgroup', 'off']);
  t.true(peakOf(t, result).bytes >= 150 * MB);
});
