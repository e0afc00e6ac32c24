import test from 'ava';
import { headlineOf } from '../../ts/bench/headline.js';
import { middleOf, repeatsOf } from '../../ts/bench/repeats.js';
import type { Result } from '../../ts/result/types.js';
import { MB } from '../helpers/measured.js';
import { resultOf } from '../helpers/result-of.js';

const results = (...megabytes: number[]): Result[] =>
  megabytes.map((one) => {
    const result = resultOf({ megabytes: one });
    const headline = headlineOf(result);
    return {
      ...result,
      bench: { outcome: 'ok', verify: [], cleared: [], ...(headline && { headline }) },
    };
  });

test('the one in the middle stands for all', (t) => {
  t.is(middleOf(results(300, 100, 200)).peak?.bytes, 200 * MB);
  t.is(middleOf(results(300, 100, 200, 400)).peak?.bytes, 200 * MB);
});

test('median, interval and spread are of the headlines', (t) => {
  t.like(repeatsOf(results(100, 110, 120), 2), {
    warmups: 2,
    medianBytes: 110 * MB,
    lowBytes: 100 * MB,
    highBytes: 120 * MB,
    confidence: 0.75,
    spreadBytes: 20 * MB,
    remarks: [],
  });
});

test('an outlier is named by its run', (t) => {
  const { remarks } = repeatsOf(results(100, 101, 99, 180, 100, 102), 0);
  t.deepEqual(remarks, ['run 4 is an outlier: 180MB']);
});

test('a first run that is different is a cold start, and no outlier besides', (t) => {
  const { remarks } = repeatsOf(results(200, 101, 99, 100, 100, 102), 0);
  t.deepEqual(remarks, [
    'the first run was different: 200MB, and 100MB after it; --warmup 1 leaves it out',
  ]);
  t.deepEqual(repeatsOf(results(100.5, 100, 99, 101, 100), 0).remarks, []);
});

test('peaks that rise from run to run are remarked on', (t) => {
  const { remarks } = repeatsOf(results(100, 110, 120, 130, 140, 150, 160), 0);
  t.deepEqual(remarks, ['the peaks rise from run to run: something is kept between them']);
});

test("the headline is the kernel's count with the gap, unless a process left the group", (t) => {
  const result = resultOf({ megabytes: 100, kernelMegabytes: 150 });
  t.deepEqual(headlineOf(result), { bytes: 150 * MB, from: 'cgroup', gapBytes: 50 * MB });
  t.deepEqual(headlineOf(result, 40 * MB), {
    bytes: 150 * MB,
    from: 'cgroup',
    baselineBytes: 40 * MB,
    gapBytes: 10 * MB,
  });
  const left = { ...result, cgroup: { version: 2, path: '/', peakBytes: 9, escaped: 1 } };
  t.deepEqual(headlineOf(left), { bytes: 100 * MB, from: 'unique' });
  t.is(headlineOf(resultOf({})), undefined);
});
