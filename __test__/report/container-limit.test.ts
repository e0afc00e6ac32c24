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
    escaped,
  },
});

test('a quarter more than the peak, rounded up to what people write', (t) => {
  const sizes = [0.1, 20, 400, 820, 1434, 3270, 3300, 9000, 40_000].map(
    (megabytes) => limitOf(megabytes)?.split(':')[0],
  );
  t.deepEqual(sizes, ['32MB', '32MB', '512MB', '1152MB', '1920MB', '4GB', '4.5GB', '11GB', '49GB']);
  t.is(limitOf(400), '512MB: the peak of 400MB and a quarter more, rounded up');
});

test('the upper bound counts where the peak is not exact', (t) => {
  t.regex(limitOf(300, {}, 400) ?? '', /^512MB: the peak of at most 400MB and a quarter more/);
});

test("the kernel's count without files is a lower bound to what is enough", (t) => {
  t.regex(
    limitOf(300, group(330, 50), 700) ?? '',
    /^384MB: the peak of 300MB \(the kernel counted no more\) and a quarter/,
  );
  t.regex(limitOf(300, group(450, 50), 700) ?? '', /^512MB: the kernel's count of 400MB and a/);
  t.regex(limitOf(300, group(500, 450), 301) ?? '', /^384MB: the peak of 300MB/);
});

test('a group that a process has left tells nothing', (t) => {
  t.regex(limitOf(300, group(310, 0, 1), 700) ?? '', /^896MB: the peak of at most 700MB/);
});

test('without a bound more is added', (t) => {
  t.regex(limitOf(400, {}, 4000) ?? '', /^608MB: the peak of 400MB and half as much again/);
});

test('a run that was cut short, and one without a peak, have none', (t) => {
  for (const cause of ['guard', 'timeout', 'signal', 'oom-kernel', 'unknown'] as const) {
    t.is(limitOf(400, { exit: { code: null, signal: null, cause } }), undefined);
  }
  t.is(limitOf(400, { peak: undefined }), undefined);
});
