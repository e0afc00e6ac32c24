/**
 * MEMTOP_TEST_CRASHES says how often memtop is killed; `npm run test:crashes` does so 100 times.
 */
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { Store } from '../../ts/history/store.js';
import { fixture, startMemtop } from '../helpers/processes.js';
import { ownStore } from '../helpers/stored.js';

const crashes = Number(process.env.MEMTOP_TEST_CRASHES ?? 8);
/** Later than that a run has ended as a rule, with a result that is being written. */
const latestMs = 1500;

test('however memtop is killed, no record is half', async (t) => {
  t.timeout(60_000 + crashes * 5_000);
  const store = ownStore(t);
  Store.openOrMake(store.file);
  for (let crash = 0; crash < crashes; crash += 1) {
    const script = `${process.execPath} ${fixture('allocate.js')} 20; sleep 0.2`;
    const running = startMemtop(['-q', '--', 'sh', '-c', script], { env: store.env });
    await setTimeout(Math.random() * latestMs);
    // It may have ended by itself just now.
    await running.killed().catch(() => running.finished());
  }
  const kept = Store.open(store.file);
  const states = new Map<string, number>();
  for (const run of kept.runs()) {
    states.set(run.state, (states.get(run.state) ?? 0) + 1);
    const { result, timeline } = kept.whole(run);
    t.is(result?.run.id, run.state === 'ended' ? run.id : undefined);
    t.truthy(run.endedAt);
    t.truthy(run.memtop);
    t.deepEqual(run.command.slice(0, 2), ['sh', '-c']);
    const times = timeline.sums.map(([atMs]) => atMs ?? 0);
    t.deepEqual(
      times,
      [...times].sort((one, other) => one - other),
    );
    t.is(run.state === 'running', false);
  }
  t.log(Object.fromEntries(states));
  t.deepEqual(kept.prune({ keep: 0 }).left, 0);
});
