/** Statistics over the runs of a bench. */
import { measuresOfOne } from '../compare/measures.js';
import { intervalOfMedian, median } from '../compare/statistics/median.js';
import { outliers, robustDeviation } from '../compare/statistics/spread.js';
import { trendTest } from '../compare/statistics/trend.js';
import { formatBytes } from '../report/bytes.js';
import type { Repeats, Result } from '../result/types.js';

/** Too few runs do not show what is usual. */
const fewestForOrder = 4;
/** A cold first run is off by more than the spread of the others, and by a noticeable amount. */
const deviationsOfCold = 3;
const shareOfCold = 0.02;
/** The p-value below which runs have a trend. */
const chanceOfTrend = 0.01;

/** The median run, which stands for all of them. */
export function middleOf(results: readonly Result[]): Result {
  const measured = results.filter(({ bench }) => bench?.headline);
  const ranked = [...measured].sort((one, other) => bytesOf(one) - bytesOf(other));
  const middle = ranked[Math.floor((ranked.length - 1) / 2)] ?? results.at(-1);
  if (!middle) throw new Error('there is no middle of nothing');
  return middle;
}

export function repeatsOf(results: readonly Result[], warmups: number): Repeats {
  const bytes = results.filter(({ bench }) => bench?.headline).map(bytesOf);
  return {
    warmups,
    ...(bytes.length > 0 && figures(bytes)),
    remarks: remarks(bytes),
    runs: results.map(measuresOfOne),
  };
}

function bytesOf({ bench }: Result): number {
  return bench?.headline?.bytes ?? 0;
}

function figures(bytes: readonly number[]) {
  const { low, high, confidence } = intervalOfMedian(bytes);
  return {
    medianBytes: Math.round(median(bytes)),
    lowBytes: low,
    highBytes: high,
    confidence,
    spreadBytes: Math.max(...bytes) - Math.min(...bytes),
  };
}

function remarks(bytes: readonly number[]): string[] {
  const cold = coldStart(bytes);
  const odd = outliers(bytes).filter((place) => !(cold && place === 0));
  return [
    ...(cold ? [cold] : []),
    ...odd.map((place) => `run ${place + 1} is an outlier: ${formatBytes(bytes[place] ?? 0)}`),
    ...(trendTest(bytes.slice(cold ? 1 : 0)) <= chanceOfTrend ? [trend(bytes)] : []),
  ];
}

function coldStart(bytes: readonly number[]): string | undefined {
  const [first = 0, ...others] = bytes;
  if (others.length < fewestForOrder - 1) return undefined;
  const usual = median(others);
  const off = Math.abs(first - usual);
  const isFar = off > deviationsOfCold * robustDeviation(others) && off > shareOfCold * usual;
  if (!isFar || (first >= Math.min(...others) && first <= Math.max(...others))) return undefined;
  return (
    `the first run was different: ${formatBytes(first)}, and ${formatBytes(usual)} after it; ` +
    '--warmup 1 leaves it out'
  );
}

function trend(bytes: readonly number[]): string {
  const [first = 0, last = 0] = [bytes[0], bytes.at(-1)];
  const change = last > first ? 'rise' : 'fall';
  return `the peaks ${change} from run to run: something is kept between them`;
}
