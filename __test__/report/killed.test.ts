import test from 'ava';
import { failureLines, killedLine } from '../../ts/report/killed.js';

test('a line has the number of killed processes', (t) => {
  t.is(killedLine({ killed: 1, failed: [] }), 'killed 1 process');
  t.is(killedLine({ killed: 5, failed: [] }), 'killed 5 processes');
  t.is(killedLine({ killed: 0, failed: [] }), 'nothing to kill: it had ended already');
});

test('each remaining process has a line of its own', (t) => {
  const outcome = { killed: 1, failed: [{ pid: 7, reason: 'it belongs to another user' }] };
  t.deepEqual(failureLines(outcome), ['process 7 is still there: it belongs to another user']);
});
