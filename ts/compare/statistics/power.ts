/** Which differences a number of runs can show. */
import { normalQuantile } from './normal.js';
import { rankSumBelow } from './rank-sum.js';

/** How often an existing difference should be found. */
const power = 0.8;
/** The efficiency of the rank test for normal values, relative to the best test. */
const efficiency = 3 / Math.PI;

function factor(confidence: number): number {
  return normalQuantile((1 + confidence) / 2) + normalQuantile(power);
}

/** The runs that it costs to estimate the spread from the runs themselves: Guenther, 1981. */
function forSpread(confidence: number): number {
  return normalQuantile((1 + confidence) / 2) ** 2 / 4;
}

/** The smallest difference that this many runs of each usually show. */
export function shownBy(runs: number, deviation: number, confidence = 0.95): number {
  const useful = Math.max(1, runs - forSpread(confidence));
  return factor(confidence) * deviation * Math.sqrt(2 / (useful * efficiency));
}

/** How many runs of each usually show this difference. */
export function runsToShow(difference: number, deviation: number, confidence = 0.95): number {
  const needed = (2 * (factor(confidence) * deviation) ** 2) / (difference ** 2 * efficiency);
  return Math.max(fewestRuns(confidence), Math.ceil(needed + forSpread(confidence)));
}

/** With fewer runs of each, not even complete separation is significant. */
export function fewestRuns(confidence = 0.95): number {
  let runs = 1;
  while (2 * rankSumBelow(0, runs, runs) > 1 - confidence) runs += 1;
  return runs;
}
