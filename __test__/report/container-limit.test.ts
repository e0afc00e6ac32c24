import test from 'ava';
import { containerLimit, limitText } from '../../ts/report/container-limit.js';
import type { Result } from '../../ts/result/types.js';
import { exampleResult, MB } from '../helpers/example-result.js';

function limitOf(megabytes: number, parts: object = {}, upperMegabytes = megabytes) {
  const peak = { ...exampleResult.peak, bytes: megabytes * MB, upperBytes: upperMegabytes * MB };
  const proposed = containerLimit({ ...exampleResult, peak, ...parts } as Result);
  return proposed && `${limitText(proposed)}: ${proposed.reason}`;
}

const group = (peakMegabytes: number, fileMegabytes: number, escaped = 0) => ({
  cgroup: {
    version: 2,
    path: '/a',
    peakBytes: peakMegabytes * MB,
    fileBytes: fileMegabytes * MB,
    kernelBytes: 10 * MB,
    escaped,
  },
});

const processOf = (name: string, command: string[], megabytes = 1) => ({
  pid: 7,
  startedAtMs: 0,
  name,
  command,
  bytes: megabytes * MB,
  rssBytes: megabytes * MB,
});

const withProcess = (megabytes: number, ...process: Parameters<typeof processOf>) => ({
  peak: {
    ...exampleResult.peak,
    bytes: megabytes * MB,
    upperBytes: megabytes * MB,
    processCount: 1,
    processes: [processOf(...process)],
  },
});

test('the peak, what the kernel needs and a quarter more, rounded up to what people write', (t) => {
  const sizes = [0.1, 20, 400, 820, 1434, 3270, 3300, 9000, 40_000].map(
    (megabytes) => limitOf(megabytes)?.split(':')[0],
  );
  t.deepEqual(sizes, [
    '8MB',
    '32MB',
    '512MB',
    '1152MB',
    '1920MB',
    '4.5GB',
    '4.5GB',
    '11.5GB',
    '50GB',
  ]);
  t.is(
    limitOf(390),
    '512MB: the peak of 390MB, 8.3MB for the kernel and a quarter more, rounded up',
  );
});

test('the upper bound counts where the peak is not exact', (t) => {
  t.regex(limitOf(300, {}, 400) ?? '', /^512MB: the peak of at most 400MB, 8.4MB for the kernel/);
});

test("the kernel's count without unmapped files is enough if it is lower", (t) => {
  t.regex(
    limitOf(300, group(330, 50), 700) ?? '',
    /^416MB: the peak of 300MB \(the kernel counted no more\), 10MB for the kernel and a quarter/,
  );
  t.regex(limitOf(300, group(460, 50), 700) ?? '', /^544MB: the kernel's count of 400MB, 10MB/);
  t.regex(limitOf(300, group(500, 450), 301) ?? '', /^416MB: the peak of 300MB/);
});

test('mapped files are part of what is needed, though the kernel can drop them', (t) => {
  const peak = { ...exampleResult.peak, bytes: 300 * MB, mappedBytes: 80 * MB };
  const counted = { ...group(460, 120), peak: { ...peak, upperBytes: 700 * MB } };
  t.regex(limitOf(300, counted) ?? '', /^544MB: the kernel's count of 410MB, 10MB/);
});

test('a group that a process has left is not used', (t) => {
  t.regex(limitOf(300, group(310, 0, 1), 700) ?? '', /^896MB: the peak of at most 700MB, 12.9MB/);
});

test('without a bound more is added', (t) => {
  t.regex(
    limitOf(400, {}, 4000) ?? '',
    /^640MB: the peak of 400MB, 8.4MB for the kernel and half as/,
  );
});

test('no runtime gets less than it needs to start', (t) => {
  for (const [name, command, limit] of [
    ['node', ['/usr/bin/node', '-e', '0'], '56MB: what node needs to start, rounded up'],
    ['node-MainThread', ['node', 'x.js'], '56MB: what node needs to start, rounded up'],
    ['build.js', ['node', './build.js'], '56MB: what node needs to start, rounded up'],
    ['java', ['/opt/jdk/bin/java', '-version'], '64MB: what java needs to start, rounded up'],
    ['python3.12', ['python3.12', '-c', '0'], '16MB: what python needs to start, rounded up'],
    ['ruby', ['ruby', '-e', '0'], '24MB: what ruby needs to start, rounded up'],
    [
      'esbuild',
      ['esbuild'],
      '8MB: the peak of 4MB, 368.6KB for the kernel and a quarter more, rounded up',
    ],
  ] as const) {
    t.is(limitOf(4, withProcess(4, name, [...command])), limit);
  }
  t.regex(limitOf(400, withProcess(400, 'node', ['node'])) ?? '', /^512MB: the peak of 400MB/);
});

test('proportional memory lacks what others share, and a process needs all of its pages', (t) => {
  const { peak } = withProcess(20, 'x', ['x'], 60);
  t.regex(limitOf(20, { peak: { ...peak, metric: 'pss' } }) ?? '', /^96MB: the peak of 60MB/);
});

test('a run that was cut short, and one without a peak, have none', (t) => {
  for (const cause of ['guard', 'timeout', 'signal', 'oom-kernel', 'unknown'] as const) {
    t.is(limitOf(400, { exit: { code: null, signal: null, cause } }), undefined);
  }
  t.is(limitOf(400, { peak: undefined }), undefined);
});
