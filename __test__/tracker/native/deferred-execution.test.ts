import test from 'ava';
import { deferredExecution } from '../../../ts/tracker/native/deferred-execution.js';
import { notStarted } from '../../../ts/tracker/native/execution.js';

for (const [requests, passedOn] of [
  [[], []],
  [[undefined], [undefined]],
  [[100, 200], [100]],
  [[100, 0], [0]],
  [[0, undefined], [0]],
] as const) {
  test(`of the graces ${JSON.stringify(requests)} given before the start one counts`, async (t) => {
    const stops: (number | undefined)[] = [];
    const begun = { ...notStarted(125, ''), stop: (graceMs?: number) => stops.push(graceMs) };
    const execution = deferredExecution(Promise.resolve(begun));
    for (const graceMs of requests) execution.stop(graceMs);
    await execution.outcome;
    t.deepEqual(stops, [...passedOn]);
  });
}
