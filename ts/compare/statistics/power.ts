/** What a number of runs can show. */
import { normalQuantile } from './normal.js';
import { rankSumBelow } from './rank-sum.js';

/** How often a difference that is there is to be found. */
const power = 0.8;
/** How the rank test compares with the best there is for normal values: 3 / pi. */
const efficiency = 3 / Math.PI;

function factor(confidence: number): number {
  return normalQuantile((1 + confidence) / 2) + normalQuantile(power);
}

/** What few runs lose by knowing their own spread badly: Guenther, 1981. */
function forSpread(confidence: number): number {
  return normalQuantile((1 + confidence) / 2) ** 2 / 4;
}

/** The smallest difference that so many runs of each would mostly show. */
export function shownBy(runs: number, deviation: number, confidence = 0.95): number {
  const useful = Math.max(1, runs - forSpread(confidence));
  return factor(confidence) * deviation * Math.sqrt(2 / (useful * efficiency));
}

/** How many runs of each would mostly show this difference. */
export function runsToShow(difference: number, deviation: number, confidence = 0.95): number {
  const needed = (2 * (factor(confidence) * deviation) ** 2) / (difference ** 2 * efficiency);
  return Math.max(fewestRuns(confidence), Math.ceil(needed + forSpread(confidence)));
}

/** With fewer runs of each, not even a perfect separation is certain enough. */
export function fewestRuns(confidence = 0.95): number {
  let runs = 1;
  while (2 * rankSumBelow(0, runs, runs) > 1 - confidence) runs += 1;
  return runs;
}
