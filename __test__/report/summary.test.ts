import test from 'ava';
import { summary } from '../../ts/report/summary.js';
import type { Result } from '../../ts/result/types.js';

const MB = 1024 * 1024;

const result = {
  schema: 'memtop.result/1',
  memtopVersion: '1.0.0',
  run: {
    id: '20260101-000000-abcdef',
    command: ['npm', 'run', 'build'],
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:20.100Z',
    durationMs: 20_100,
    host: { os: 'linux', arch: 'x64', kernel: '6.12.0', cpus: 2, memoryBytes: 8192 * MB },
  },
  exit: { code: 0, signal: null, cause: 'exit' },
  peak: {
    bytes: 1434 * MB,
    metric: 'rss',
    method: 'scanned',
    atMs: 12_340,
    rssBytes: 1434 * MB,
    highestRssBytes: 1434 * MB,
    lowerBytes: 1434 * MB,
    upperBytes: 1500 * MB,
    processCount: 8,
    processes: [],
    rollup: [
      { name: 'node', count: 3, bytes: 1200 * MB },
      { name: 'esbuild', count: 1, bytes: 140 * MB },
      { name: 'sh', count: 2, bytes: 4 * MB },
      { name: 'a', count: 1, bytes: 50 * MB },
      { name: 'b', count: 1, bytes: 40 * MB },
    ],
  },
  largestProcess: {
    pid: 7,
    name: 'node',
    command: ['/usr/bin/node', 'node_modules/.bin/tsc', '-b'],
    bytes: 612 * MB,
    method: 'scanned',
  },
  processes: { seen: 57, unmeasured: 3, maxAlive: 9 },
  sampling: {
    method: 'scanned',
    intervalMs: 10,
    ticks: 2010,
    medianGapMs: 10,
    maxGapMs: 12.4,
    cpuMs: 40,
  },
  warnings: [],
} satisfies Result;

test('four lines say how much, by whom, when and how it is known', (t) => {
  t.deepEqual(summary(result, 240), [
    'memtop: peak 1.4GB, at 12.3s of 20.1s',
    '  largest process  612MB node node_modules/.bin/tsc -b',
    '  at the peak      node x3 1.2GB, esbuild 140MB, sh x2 4MB, a 50MB, 1 more 40MB',
    '  how measured     resident memory (RSS); 2010 samples, one every 10ms; longest gap 12ms; ' +
      'the true peak is at most 1.5GB; 3 of 57 processes too short-lived to measure',
  ]);
});

test('a narrow terminal gets more lines, not less to read', (t) => {
  t.deepEqual(summary(result, 60).slice(1), [
    '  largest process  612MB node node_modules/.bin/tsc -b',
    '  at the peak      node x3 1.2GB, esbuild 140MB, sh x2 4MB,',
    '                   a 50MB, 1 more 40MB',
    '  how measured     resident memory (RSS); 2010 samples, one',
    '                   every 10ms; longest gap 12ms; the true',
    '                   peak is at most 1.5GB; 3 of 57 processes',
    '                   too short-lived to measure',
  ]);
  for (const columns of [40, 80]) {
    t.true(summary(result, columns).every((line) => line.length <= columns));
  }
});

test('what counting shared pages in each process would say is told when it differs', (t) => {
  const peak = {
    ...result.peak,
    bytes: 301 * MB,
    metric: 'pss' as const,
    pssBytes: 301 * MB,
    highestRssBytes: 2700 * MB,
  };
  const lines = summary({ ...result, peak }, 240);
  t.is(
    lines[0],
    'memtop: peak 301MB, at 12.3s of 20.1s; 2.6GB if shared pages count in each process',
  );
  t.regex(lines.at(-1) ?? '', /shared pages counted once \(PSS\)/);
});

test("the kernel's own figure stands beside the sampled one", (t) => {
  const cgroup = {
    version: 2,
    path: '/a',
    peakBytes: 1500 * MB,
    anonBytes: 1300 * MB,
    fileBytes: 200 * MB,
    escaped: 0,
  };
  t.is(
    summary({ ...result, cgroup }, 240)[1],
    '  the kernel says  1.5GB at most, 1.3GB of processes, 200MB of files',
  );
});

test('a peak without an upper bound says so', (t) => {
  const { upperBytes, ...peak } = result.peak;
  t.regex(summary({ ...result, peak }, 240).at(-1) ?? '', /the true peak may be higher/);
  t.truthy(upperBytes);
});

test('a long command line is cut', (t) => {
  t.true(summary(result, 40).includes('  largest process  612MB node node_modu…'));
});

test('names and command lines cannot steer the terminal', (t) => {
  const command = ['/bin/\u001b[2J', 'a\nb'];
  const hostile: Result = { ...result, largestProcess: { ...result.largestProcess, command } };
  t.is(summary(hostile, 200)[1], '  largest process  612MB ?[2J a b');
});

test('one process alone needs no list of who was there', (t) => {
  const alone: Result = { ...result, peak: { ...result.peak, processCount: 1 } };
  t.is(summary(alone, 200).length, 3);
});

test('a run that was not measured claims no peak', (t) => {
  const { peak, largestProcess, processes, ...rest } = result;
  const unmeasured: Result = { ...rest, sampling: { method: 'unavailable' } };
  t.deepEqual(summary(unmeasured, 200), ['memtop: no peak: nothing was measured; took 20.1s']);
  t.truthy(peak && largestProcess && processes);
});

test('a command that never started has no summary', (t) => {
  const { peak, largestProcess, ...rest } = result;
  const exit = { code: 127, signal: null, cause: 'not-started' } as const;
  t.deepEqual(summary({ ...rest, exit }, 200), []);
  t.truthy(peak && largestProcess);
});

test('a traced run has seen every process, and says whether that is exact', (t) => {
  const sampling = { ...result.sampling, method: 'traced' as const, tracedStops: 171 };
  const processes = { ...result.processes, unmeasured: 0 };
  const traced: Result = { ...result, sampling, processes };
  const exact: Result = { ...traced, peak: { ...result.peak, upperBytes: result.peak.bytes } };
  const method = (of: Result) => summary(of, 240).at(-1);
  t.is(method(exact), '  how measured     resident memory (RSS); every process seen, exact');
  t.is(
    method(traced),
    '  how measured     resident memory (RSS); every process seen; the true peak is at most 1.5GB',
  );
  t.regex(
    method({ ...exact, sampling: { ...sampling, released: 2 } }) ?? '',
    /; traced, but for 2 of the processes; 2010 samples, one every 10ms;/,
  );
});

test('why it was not traced is told where processes were missed', (t) => {
  const sampling = { ...result.sampling, fallbackReason: 'that takes root or --trace on' };
  const method = (of: Result) => summary(of, 240).at(-1) ?? '';
  t.regex(method({ ...result, sampling }), /measure; not traced: that takes root or --trace on$/);
  const processes = { ...result.processes, unmeasured: 0 };
  t.notRegex(method({ ...result, sampling, processes }), /not traced/);
});

test('those that outlive the command have a line', (t) => {
  const survivors = [{ pid: 9, name: 'gradle', command: ['gradle'], rssBytes: 400 * MB }];
  t.is(
    summary({ ...result, survivors }, 240).at(-1),
    '  still there      gradle 400MB (process 9)',
  );
  t.deepEqual(summary({ ...result, survivors: [] }, 240), summary(result, 240));
});

test('all that there can be to say is still less than a screen', (t) => {
  const everything: Result = {
    ...result,
    exit: { code: null, signal: 'SIGTERM', cause: 'guard' },
    guard: {
      warned: true,
      action: 'terminated',
      reason: 'limit',
      bytes: 523 * MB,
      limitBytes: 500 * MB,
      summaryFile: '/a/memtop-crash-summary-20261120-140702.txt',
    },
    cgroup: {
      version: 2,
      path: '/a',
      peakBytes: 1500 * MB,
      anonBytes: 1300 * MB,
      fileBytes: 200 * MB,
      escaped: 0,
    },
    sampling: { ...result.sampling, fallbackReason: 'that takes root or --trace on' },
    survivors: [1, 2, 3, 4].map((pid) => ({ pid, name: 'some-daemon', command: [] })),
  };
  for (const columns of [80, 120]) {
    const lines = summary(everything, columns);
    t.true(lines.length <= 16, `${lines.length} lines`);
    t.true(lines.every((line) => line.length <= columns));
  }
  t.true(summary(everything, 40).every((line) => line.length <= 40));
});
