import { mock } from 'node:test';
import test from 'ava';
import { afterTimeout } from '../../ts/tracker/timer.js';

test.serial('a timer may be longer than those of Node', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  let isOver = false;
  afterTimeout(2 ** 32, () => {
    isOver = true;
  });
  for (const [ms, expected] of [
    [1, false],
    [2 ** 31 - 2, false],
    [2 ** 31 - 1, false],
    [1, false],
    [1, true],
  ] as const) {
    mock.timers.tick(ms);
    t.is(isOver, expected);
  }
});

test.serial('0 is no timer, and a timer can be cancelled', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  for (const timeoutMs of [0, undefined]) afterTimeout(timeoutMs, () => t.fail());
  afterTimeout(10, () => t.fail())();
  mock.timers.tick(1000);
  t.pass();
});
