import test from 'ava';
import { summary } from '../../ts/report/summary.js';
import type { Result } from '../../ts/result/types.js';
import { MB, exampleResult as result } from '../helpers/example-result.js';

test('the lines give the peak, its processes, time, advice and method', (t) => {
  t.deepEqual(summary(result, 240), [
    'memtop: peak 1.4GB, exact within 5%, at 12.3s of 20.1s',
    '  at the peak      node x3 1.2GB, esbuild 140MB, sh x2 4MB, a 50MB, 1 more 40MB',
    '  largest process  612MB node node_modules/.bin/tsc -b',
    '  container limit  1920MB: the peak of at most 1.5GB, ' +
      '24.9MB for the kernel and a quarter more, rounded up',
    '  how measured     every page counted once; 2010 samples, one every 10ms; longest gap 12ms; ' +
      '3 of 57 processes too short-lived to measure',
  ]);
});

test('a simple run has three lines', (t) => {
  const peak = {
    ...result.peak,
    upperBytes: result.peak.bytes,
    processCount: 1,
    processes: [{ ...result.largestProcess, startedAtMs: 1, rssBytes: result.peak.bytes }],
  };
  const processes = { ...result.processes, unmeasured: 0 };
  const sampling = { ...result.sampling, method: 'traced' as const };
  t.deepEqual(summary({ ...result, peak, processes, sampling }, 240), [
    'memtop: peak 1.4GB, exact, at 12.3s of 20.1s',
    '  at the peak      node node_modules/.bin/tsc -b',
    '  container limit  1920MB: the peak of 1.4GB, 21.8MB for the kernel and a quarter more, ' +
      'rounded up',
  ]);
});

test('differences of a few megabytes are left out', (t) => {
  const peak = {
    ...result.peak,
    bytes: 2 * MB,
    upperBytes: 9 * MB,
    highestRssBytes: 9 * MB,
    rollup: [{ name: 'sh', count: 2, bytes: 2 * MB }],
  };
  const small = {
    ...result,
    peak,
    largestProcess: { ...result.largestProcess, bytes: 2 * MB },
    processes: { ...result.processes, unmeasured: 0 },
    cgroup: { version: 2, path: '/a', peakBytes: 5 * MB, escaped: 0 },
  };
  t.deepEqual(
    summary(small, 240).map((line) => line.trim().split(/ {2,}|: /)[0]),
    ['memtop', 'at the peak', 'container limit'],
  );
  t.true(summary({ ...small, processes: result.processes }, 240).length > 3);
});

test('without a peak the count of the kernel is shown, however small', (t) => {
  const { peak: _, ...unmeasured } = result;
  const cgroup = { version: 2, path: '/a', peakBytes: 5 * MB, escaped: 0 };
  const lines = summary({ ...unmeasured, cgroup }, 240);
  t.true(lines.includes('  kernel           5MB peak'), lines.join('\n'));
});

test('a narrow terminal gets more lines, not less to read', (t) => {
  t.deepEqual(summary(result, 60).slice(1), [
    '  at the peak      node x3 1.2GB, esbuild 140MB, sh x2 4MB,',
    '                   a 50MB, 1 more 40MB',
    '  largest process  612MB node node_modules/.bin/tsc -b',
    '  container limit  1920MB: the peak of at most 1.5GB, 24.9MB',
    '                   for the kernel and a quarter more,',
    '                   rounded up',
    '  how measured     every page counted once; 2010 samples,',
    '                   one every 10ms; longest gap 12ms; 3 of 57',
    '                   processes too short-lived to measure',
  ]);
  for (const columns of [40, 80]) {
    t.true(summary(result, columns).every((line) => line.length <= columns));
  }
});

test('the sum with shared pages counted in each process is shown if it differs', (t) => {
  const peak = {
    ...result.peak,
    bytes: 301 * MB,
    upperBytes: 420 * MB,
    metric: 'pss' as const,
    pssBytes: 301 * MB,
    highestRssBytes: 2700 * MB,
  };
  const lines = summary({ ...result, peak }, 240);
  t.is(
    lines[0],
    'memtop: peak 301MB, at most 420MB, at 12.3s of 20.1s; ' +
      '2.6GB if shared memory is counted in each process',
  );
  t.regex(lines.at(-1) ?? '', /shared pages divided among all that have them \(PSS\)/);
});

test("the kernel's own figure is shown if it differs", (t) => {
  const cgroup = {
    version: 2,
    path: '/a',
    anonBytes: 1300 * MB,
    fileBytes: 600 * MB,
    escaped: 0,
  };
  const kernelLines = (peakBytes: number) =>
    summary({ ...result, cgroup: { ...cgroup, peakBytes } }, 240).filter((line) =>
      line.startsWith('  kernel '),
    );
  t.deepEqual(kernelLines(1900 * MB), [
    '  kernel           1.9GB peak (1.3GB anonymous, 600MB page cache)',
  ]);
  t.deepEqual(kernelLines(1440 * MB), []);
});

test('a peak without a useful bound says so', (t) => {
  const { upperBytes, ...peak } = result.peak;
  for (const one of [peak, { ...peak, upperBytes: 10 * upperBytes }]) {
    const lines = summary({ ...result, peak: one }, 240);
    t.is(lines[0], 'memtop: peak at least 1.4GB, at 12.3s of 20.1s');
    t.regex(lines.at(-1) ?? '', /short spikes may be missed/);
  }
});

test('a peak that may be lower as well has both bounds, and says what is estimated', (t) => {
  const of = (lower: number, upper?: number) => {
    const { upperBytes: _, ...rest } = result.peak;
    const bounds = {
      lowerBytes: lower * MB,
      ...(upper !== undefined && { upperBytes: upper * MB }),
    };
    return summary({ ...result, peak: { ...rest, bytes: 500 * MB, ...bounds } }, 240);
  };
  t.regex(of(500, 500)[0] ?? '', /^memtop: peak 500MB, exact, at/);
  t.regex(of(480, 510)[0] ?? '', /^memtop: peak 500MB, exact within 4%, at/);
  t.regex(of(490, 600)[0] ?? '', /^memtop: peak 500MB, at most 600MB, at/);
  t.regex(of(300, 600)[0] ?? '', /^memtop: peak about 500MB, 300MB to 600MB, at/);
  t.regex(of(300)[0] ?? '', /^memtop: peak about 500MB, at least 300MB, at/);
  t.regex(of(500)[0] ?? '', /^memtop: peak at least 500MB, at/);
  t.regex(of(300, 600).at(-1) ?? '', /how much the processes share is estimated/);
});

test('processes without a name are listed, and no line is made of no processes', (t) => {
  const rollup = [{ name: '', count: 2, bytes: 8 * MB }];
  const unnamed = summary({ ...result, peak: { ...result.peak, rollup } }, 240);
  t.true(unnamed.includes('  at the peak      unnamed x2 8MB'));
  const unknown = summary({ ...result, peak: { ...result.peak, rollup: [] } }, 240);
  t.false(unknown.join().includes('at the peak'));
});

test('a long command line is cut', (t) => {
  t.true(summary(result, 40).includes('  largest process  612MB node node_modu…'));
});

test('names and command lines cannot control the terminal', (t) => {
  const command = ['/bin/\u001b[2J', 'a\nb'];
  const hostile: Result = { ...result, largestProcess: { ...result.largestProcess, command } };
  t.is(summary(hostile, 200)[2], '  largest process  612MB ?[2J a b');
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
  t.is(summary(exact, 240)[0], 'memtop: peak 1.4GB, exact, at 12.3s of 20.1s');
  t.false(summary(exact, 240).join().includes('how measured'));
  const loose = { ...traced, peak: { ...result.peak, upperBytes: 2000 * MB } };
  t.is(summary(loose, 240)[0], 'memtop: peak 1.4GB, at most 2GB, at 12.3s of 20.1s');
  t.regex(
    summary(loose, 240).at(-1) ?? '',
    /every page counted once; every process seen; short spikes may be missed/,
  );
  t.regex(
    summary({ ...exact, sampling: { ...sampling, released: 2 } }, 240).at(-1) ?? '',
    /2010 samples, one every 10ms;.* traced, but for 2 of the processes$/,
  );
  t.regex(
    summary({ ...exact, sampling: { ...sampling, lostEvents: 1 } }, 240).at(-1) ?? '',
    /2010 samples, one every 10ms;.* the kernel had more process events than it could send$/,
  );
});

test('the reason for not following better is shown if processes may have been missed', (t) => {
  const sampling = { ...result.sampling, fallbackReason: 'that takes root' };
  const method = (of: Result) => summary(of, 240).at(-1) ?? '';
  t.regex(method({ ...result, sampling }), /measure; that takes root$/);
  const processes = { ...result.processes, unmeasured: 0 };
  const loose = { ...result, processes, peak: { ...result.peak, upperBytes: 2000 * MB } };
  t.regex(method({ ...loose, sampling }), /spikes may be missed;.* that takes root$/);
  const traced = { ...sampling, method: 'traced' as const };
  t.notRegex(method({ ...loose, sampling: traced }), /that takes root/);
});

test('processes that outlive the command have a line', (t) => {
  const survivors = [{ pid: 9, name: 'gradle', command: ['gradle'], rssBytes: 400 * MB }];
  t.true(
    summary({ ...result, survivors }, 240).includes('  survivors        gradle 400MB (process 9)'),
  );
  t.deepEqual(summary({ ...result, survivors: [] }, 240), summary(result, 240));
});

test('the longest possible summary fits a screen', (t) => {
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

test('tasks have a table of their own, and those at the peak are named', (t) => {
  const build = {
    id: 'web:build',
    source: 'nx',
    status: 'ended',
    exit: { code: 0, signal: null, cause: 'exit' },
    durationMs: 2500,
    processCount: 3,
    peak: { ...result.peak, bytes: 900 * MB },
  } as const;
  const tasks = [{ id: 'web:build', source: 'nx', bytes: 900 * MB, processCount: 3 }];
  const lines = summary(
    { ...result, peak: { ...result.peak, tasks }, tasks: [build] } as Result,
    200,
  );
  t.is(lines[1], '  at the peak      web:build 900MB');
  t.true(lines[2]?.startsWith('                   node x3 1.2GB'));
  t.deepEqual(lines.slice(-2), ['   PEAK  TIME  TASK', '  900MB  2.5s  web:build']);
});
