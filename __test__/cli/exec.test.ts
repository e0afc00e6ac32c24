import { constants } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { MB, measured, peakOf } from '../helpers/measured.js';
import { fixture, memtop, startMemtop } from '../helpers/processes.js';

test('the exit code is the command’s own', async (t) => {
  for (const code of [0, 1, 7, 120, 125, 255]) {
    const { code: own } = await memtop(['--quiet', '--', 'sh', '-c', `exit ${code}`]);
    t.is(own, code);
  }
});

for (const name of ['SIGKILL', 'SIGTERM', 'SIGSEGV', 'SIGPIPE'] as const) {
  test(`a command that dies of ${name} gives 128 and the signal's number`, async (t) => {
    const number = constants.signals[name];
    const { code, result } = await measured(t, ['sh', '-c', `kill -${number} $$`]);
    t.is(code, 128 + number);
    t.like(result.exit, { code: null, signal: name, cause: 'signal' });
  });
}

test('a killed command still reports its peak', async (t) => {
  const script = `"${process.execPath}" "${fixture('allocate.js')}" 100 100; kill -9 $$`;
  const { code, stderr, result } = await measured(t, ['sh', '-c', script]);
  t.is(code, 137);
  t.true(peakOf(t, result).bytes >= 100 * MB);
  t.regex(stderr, /^memtop: peak (at least )?1[0-9]{2}(\.\d)?MB, /m);
});

test('a grandchild of 300 MB is in the peak', async (t) => {
  const allocate = `'${process.execPath}' '${fixture('allocate.js')}' 300 300`;
  const { result } = await measured(t, ['sh', '-c', `sh -c "${allocate}; true"; true`]);
  const peak = peakOf(t, result);
  const bare = await measured(t, [process.execPath, fixture('allocate.js'), '0', '300']);
  const nodeItself = peakOf(t, bare.result).bytes;
  const shells = 2 * 4 * MB;
  t.true(peak.bytes >= 300 * MB, `${peak.bytes}`);
  t.true(peak.bytes <= 300 * MB + nodeItself + shells, `${peak.bytes}`);
  t.is(result.largestProcess?.command.at(-2), '300');
  const shares = peak.processes.map(({ rssBytes, pssBytes = rssBytes }) => pssBytes);
  t.is(
    shares.reduce((sum, bytes) => sum + bytes, 0),
    peak.pssBytes ?? peak.rssBytes,
  );
});

test('memory that is reserved and never touched is not in the peak', async (t) => {
  const { result } = await measured(t, [process.execPath, fixture('reserve.js')]);
  t.true(peakOf(t, result).bytes < 200 * MB);
});

test('50 threads count their memory once', async (t) => {
  const { result } = await measured(t, [process.execPath, fixture('threads.js'), '50', '100']);
  const peak = peakOf(t, result);
  t.is(peak.processCount, 1);
  t.is(result.processes?.seen, 1);
  t.true(peak.bytes >= 100 * MB && peak.bytes < 1000 * MB, `${peak.bytes}`);
});

test('processes that follow one another are not added up', async (t) => {
  const allocate = `'${process.execPath}' '${fixture('allocate.js')}' 100 150`;
  const { result } = await measured(t, ['sh', '-c', `${allocate}; ${allocate}; ${allocate}`]);
  t.true(peakOf(t, result).bytes < 200 * MB + 64 * MB);
  t.is(result.processes?.seen, 4);
});

test('an orphan in a session of its own stays in the tree', async (t) => {
  const fifo = join(temporaryFolder(t), 'fifo');
  const allocate = `'${process.execPath}' '${fixture('allocate.js')}' 150 200; echo > '${fifo}'`;
  const daemonize = 'sh -c \'setsid sh -c "$0" & sleep 0.1\' "$0"';
  const script = `mkfifo '${fifo}'; ${daemonize}; read line < '${fifo}'`;
  const { result } = await measured(t, ['sh', '-c', script, allocate]);
  t.true(peakOf(t, result).bytes >= 150 * MB);
});

test('the summary names the peak, its accuracy, its time and its processes', async (t) => {
  const { stderr } = await memtop(['--', 'sleep', '0.3']);
  t.regex(
    stderr,
    /^memtop: peak (at least \S+|\S+, (exact|exact within \d+%|at most \S+)), at \d+ms of \d+ms/,
  );
  t.regex(stderr, /\n {2}at the peak {6}sleep 0\.3\n/);
});

test('--quiet prints nothing', async (t) => {
  const { stdout, stderr } = await memtop(['--quiet', '--', 'true']);
  t.is(stdout.toString() + stderr, '');
});

test('the median gap between samples is the interval asked for', async (t) => {
  for (const intervalMs of [5, 50]) {
    const { result } = await measured(t, ['sleep', '1'], ['--interval', `${intervalMs}`]);
    t.is(result.sampling.intervalMs, intervalMs);
    const median = result.sampling.medianGapMs ?? 0;
    t.true(Math.abs(median - intervalMs) <= intervalMs * 0.1, `${median}`);
  }
});

test('MEMTOP_INTERVAL sets the interval', async (t) => {
  const flags = ['--quiet', '--json', '-', '--', 'sleep', '0.2'];
  const { stdout } = await memtop(flags, { env: { MEMTOP_INTERVAL: '25' } });
  t.is(JSON.parse(stdout.toString()).sampling.intervalMs, 25);
});

test('a label and the command are in the result', async (t) => {
  const { result } = await measured(t, ['printf', '%s', 'a b'], ['--label', 'größe 1']);
  t.is(result.run.label, 'größe 1');
  t.deepEqual(result.run.command, ['printf', '%s', 'a b']);
  t.is(result.run.cwd, process.cwd());
});

test('a command that runs on after its output is closed is still waited for', async (t) => {
  const running = startMemtop(['--quiet', '--', 'sh', '-c', 'exec >&- 2>&-; sleep 0.2; exit 4']);
  t.is((await running.finished()).code, 4);
});
