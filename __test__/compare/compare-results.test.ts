import test from 'ava';
import {
  compareResults,
  InvalidOption,
  isRegression,
  run,
  UnusableResult,
} from '../../ts/index.js';
import { MB } from '../helpers/measured.js';
import { resultOf } from '../helpers/result-of.js';

test('two results are compared by peak, tasks, stages and processes', (t) => {
  const one = resultOf({ megabytes: 100, tasks: { build: 60 }, processes: { node: [1, 100] } });
  const other = resultOf({ megabytes: 150, tasks: { build: 90 }, processes: { node: [2, 150] } });
  const { before, after, peak, tasks, processes } = compareResults(one, other);
  t.is(before.name, 'before');
  t.is(after.name, 'after');
  t.like(peak, { before: 100 * MB, after: 150 * MB, byBytes: 50 * MB, percent: 50 });
  t.true(isRegression(peak));
  t.like(tasks[0], { name: 'build', before: 60 * MB, after: 90 * MB });
  t.like(processes[0], { name: 'node', countBefore: 1, countAfter: 2 });
});

test('single runs differ by chance as far as the noise goes', (t) => {
  const [one, other] = [resultOf({ megabytes: 100 }), resultOf({ megabytes: 115 })];
  t.true(isRegression(compareResults(one, other).peak));
  t.false(isRegression(compareResults(one, other, { noisePercent: 20 }).peak));
  t.false(isRegression(compareResults(other, one).peak));
});

test('groups of results are compared by what their own runs vary', (t) => {
  const group = (...megabytes: number[]) => megabytes.map((each) => resultOf({ megabytes: each }));
  const { peak } = compareResults(group(100, 101, 102, 103), group(110, 111, 112, 113));
  t.is(peak.verdict.kind, 'shown');
  t.true(isRegression(peak));
});

test('anything but a result is not compared', (t) => {
  const one = resultOf({ megabytes: 100 });
  for (const [before, after, message] of [
    [{}, {}, /^before is not a memtop result; supported schemas: /],
    [one, [one, null], /^after is not a memtop result; /],
    [one, { ...one, exit: undefined }, /^after is incomplete: exit must be an object$/],
  ] as const) {
    t.throws(() => compareResults(before as never, after as never), {
      instanceOf: UnusableResult,
      message,
    });
  }
});

test('errors that have the keys of a result are compared like results', async (t) => {
  const failing = ['sh', '-c', 'exit 3'];
  const error = await run(failing, { rejectOnFailure: true }).catch((error) => error);
  const { peak } = compareResults(error, error);
  t.is(peak.byBytes, 0);
});

test('incomparable results are named', (t) => {
  const names = ['main', 'branch'] as const;
  const one = resultOf({ megabytes: 100 });
  t.throws(() => compareResults(one, resultOf({}), { names }), {
    instanceOf: UnusableResult,
    message: 'branch has no run that was measured',
  });
  t.throws(() => compareResults([], one, { names }), {
    instanceOf: UnusableResult,
    message: 'main has no run that was measured',
  });
  t.throws(() => compareResults(one, resultOf({ megabytes: 90, metric: 'rss' }), { names }), {
    instanceOf: UnusableResult,
    message: /^main was measured in .+ and branch in .+, which cannot be compared: /,
  });
});

for (const [options, message] of [
  [{ noisePercent: -1 }, 'noisePercent must not be negative'],
  [{ noisePercent: '5%' }, 'noisePercent must be a number'],
  [{ names: ['one'] }, 'names must be two strings'],
  [{ names: ['one', 2] }, 'names.1 must be a string'],
  [{ noise: 5 }, 'there is no option noise'],
] as const) {
  test(`${JSON.stringify(options)} is refused`, (t) => {
    const one = resultOf({ megabytes: 1 });
    t.throws(() => compareResults(one, one, options as object), {
      instanceOf: InvalidOption,
      message,
    });
  });
}
