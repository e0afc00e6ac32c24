import test from 'ava';
import { hasFailed } from '../../ts/result/failed.js';
import type { Exit } from '../../ts/result/types.js';

const exited = (code: number): Exit => ({ code, signal: null, cause: 'exit' });

test('only a run that ended by itself with code 0 has not failed', (t) => {
  t.false(hasFailed({ exit: exited(0) }));
  t.true(hasFailed({ exit: exited(1) }));
  t.true(hasFailed({ exit: { code: 0, signal: null, cause: 'aborted' } }));
  t.true(hasFailed({ exit: { code: null, signal: 'SIGTERM', cause: 'signal' } }));
});

test('a task that has not run has not failed', (t) => {
  t.false(hasFailed({}));
});
