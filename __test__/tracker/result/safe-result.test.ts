import test from 'ava';
import type { Outcome } from '../../../ts/tracker/native/outcome.js';
import { safeResult } from '../../../ts/tracker/result/safe-result.js';
import { exampleResult } from '../../helpers/example-result.js';

test('measurements that cannot be read leave how the command ended', (t) => {
  const { id, command, startedAt, host } = exampleResult.run;
  const outcome = {
    exit: { code: 3, signal: null, cause: 'exit' },
    durationMs: 100,
    remarks: [],
    // What no addon returns.
    measured: { tree: undefined, sampling: undefined },
  } as unknown as Outcome;
  const { exit, sampling, run } = safeResult({ id, command, startedAt, host }, outcome);
  t.deepEqual(exit, outcome.exit);
  t.is(run.durationMs, 100);
  t.is(sampling.method, 'unavailable');
  t.truthy(sampling.fallbackReason);
});
