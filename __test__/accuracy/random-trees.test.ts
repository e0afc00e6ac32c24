import test from 'ava';
import { bracketHolds, type Reading } from '../../bench/accuracy/judge.js';
import { type Mode, modes, readingAndTruthOf } from '../../bench/accuracy/modes.js';
import { buildEngine } from '../../bench/engine.js';
import { noMemoryGroups } from '../../bench/memory-group.js';

const seeds = 10;
/** A peak may be missed where the kernel's count stays unread for longer. */
const longestUnwatchedMs = 10;
const attempts = 5;
// Includes the time to build the engine.
const longest = 10 * 60_000;

const canJudge = noMemoryGroups() === undefined;
const judged = canJudge ? test.serial : test.serial.skip;

for (const mode of modes.filter(({ makesGroup }) => !makesGroup)) {
  judged(`the bounds hold what the kernel counts of random trees (${mode.name})`, async (t) => {
    t.timeout(longest);
    const engine = buildEngine();
    for (let seed = 1; seed <= seeds; seed += 1) {
      const reading = await watchedReading(engine, mode, seed);
      t.true(reading.truthBytes > 0);
      t.true(bracketHolds(reading), `seed ${seed}: ${JSON.stringify(reading)}`);
    }
  });
}

/** Of a run that was watched without a break, which other tests may prevent. */
async function watchedReading(engine: string, mode: Mode, seed: number): Promise<Reading> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const reading = await readingAndTruthOf(engine, mode, [engine, 'random-tree', `${seed}`]);
    if (reading.unwatchedMs <= longestUnwatchedMs) return reading;
  }
  throw new Error(`seed ${seed}: the machine was too busy to measure what is true`);
}
