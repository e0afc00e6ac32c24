import { readFileSync } from 'node:fs';
import test from 'ava';
import { identityFromTicks } from '../../../ts/tracker/native/process-identity.js';
import { Running } from '../../helpers/processes.js';

test('clock ticks since boot become a time of the wall clock', async (t) => {
  const before = Date.now();
  const running = new Running('sleep', ['60']);
  const after = Date.now();
  const stat = readFileSync(`/proc/${running.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
  const { pid, startedAt = '' } = identityFromTicks(running.pid, Number(stat?.[19]));
  await running.killed();
  t.is(pid, running.pid);
  // A tick is 10 ms.
  const startedMs = Date.parse(startedAt);
  t.true(startedMs >= before - 11 && startedMs <= after, `${before} ${startedMs} ${after}`);
});
