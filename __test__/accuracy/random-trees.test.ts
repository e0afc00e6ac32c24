import test from 'ava';
import { bracketHolds, type Reading } from '../../bench/accuracy/judge.js';
import { modes, readingAndTruthOf } from '../../bench/accuracy/modes.js';
import { buildEngine } from '../../bench/engine.js';
import { noMemoryGroups } from '../../bench/memory-group.js';

const seeds = 10;
const attempts = 3;
// What it takes to build the engine comes on top.
const longest = 10 * 60_000;

const canJudge = noMemoryGroups() === undefined;
const judged = canJudge ? test.serial : test.serial.skip;

for (const mode of modes.filter(({ makesGroup }) => !makesGroup)) {
  judged(`the bounds hold what the kernel counts of random trees (${mode.name})`, async (t) => {
    t.timeout(longest);
    const engine = buildEngine();
    for (let seed = 1; seed <= seeds; seed += 1) {
      const command = [engine, 'random-tree', `${seed}`];
      const readings: Reading[] = [];
      // While other tests keep all CPUs busy, what both sides read one after the other is of
      // different instants. A bound that is wrong is wrong again.
      while (readings.length < attempts && !readings.some(bracketHolds)) {
        readings.push(await readingAndTruthOf(engine, mode, command));
      }
      t.true(readings.every(({ truthBytes }) => truthBytes > 0));
      t.true(readings.some(bracketHolds), `seed ${seed}: ${JSON.stringify(readings)}`);
    }
  });
}
