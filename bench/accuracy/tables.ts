/** What is printed of a mode: a table of programs, and a line a goal. */
import { median } from '../statistics.js';
import { table } from '../table.js';
import {
  bracketHolds,
  deviation,
  isUnbounded,
  isWithin,
  type Reading,
  rangeOf,
  spread,
  type TruthRange,
  widthOverTruth,
} from './judge.js';
import type { Measured } from './measured.js';
import type { Mode } from './modes.js';

interface Judged {
  readonly name: string;
  readonly truth: TruthRange;
  readonly readings: readonly Reading[];
  readonly isWithin: boolean;
  readonly holds: boolean;
  readonly width: number;
}

const header = [
  '',
  'truth MB',
  'least',
  'most',
  'memtop %',
  'worst %',
  'lower',
  'upper',
  'width %',
  'PSS poll %',
  'pidtree %',
  'time -v %',
  'missed',
];

export function tableOfMode(mode: Mode, programs: readonly Measured[]): readonly string[] {
  const rows = programs.flatMap((program) => {
    const judged = judge(mode, program);
    return judged === undefined ? [] : [row(program, judged)];
  });
  return [mode.title, ...table(header, rows)];
}

export function summaryOfMode(mode: Mode, programs: readonly Measured[]): readonly string[] {
  const all = programs.flatMap((program) => judge(mode, program) ?? []);
  if (all.length === 0) return [`${mode.name}: nothing was measured`];
  const within = all.filter((one) => one.isWithin).length;
  const holding = all.filter((one) => one.holds).length;
  const width = median(all.map((one) => one.width));
  const spreads = all.map(({ name, readings, truth }) => ({
    name,
    share: spread(readings, truth),
    ofTruth: truth.mostBytes / truth.leastBytes - 1,
  }));
  const [widest] = spreads.sort((one, other) => other.share - one.share);
  const isRepeated = all.some(({ readings }) => readings.length > 1);
  return [
    `${mode.name}: ${all.length} programs`,
    `  headline within ${100 * mode.headlineWithin} %: ${within}; to reach: all`,
    `  bracket holds the truth: ${holding}; to reach: all`,
    `  width of the bracket over the truth, median: ${widthText(width)} %; ` +
      `to reach: ${100 * mode.widthToReach} %`,
    isRepeated
      ? `  largest spread of repeats: ${percent(widest?.share)} % (${widest?.name}, ` +
        `bare ${percent(widest?.ofTruth)} %); to reach: 3 %`
      : '  spread of repeats: unknown after one run',
  ];
}

/** One paragraph for all seeds: how many are right, and which are worst. */
export function summaryOfSeeds(mode: Mode, seeds: readonly Measured[]): readonly string[] {
  const all = seeds.flatMap((seed) => judge(mode, seed) ?? []);
  if (all.length === 0) return [];
  const off = ({ readings, truth }: Judged) =>
    median(readings.map(({ bytes }) => deviation(bytes, truth)));
  const wrong = all
    .filter((one) => !one.isWithin || !one.holds)
    .sort((one, other) => Math.abs(off(other)) - Math.abs(off(one)))
    .slice(0, 8)
    .map((one) => `${one.name} ${signed(off(one))} %${one.holds ? '' : ' (bracket misses)'}`);
  return [
    `${mode.name}: ${all.length} random trees`,
    `  headline within ${100 * mode.headlineWithin} %: ${all.filter((one) => one.isWithin).length}`,
    `  bracket holds the truth: ${all.filter((one) => one.holds).length}; to reach: all`,
    `  width of the bracket over the truth, median: ${widthText(median(all.map((one) => one.width)))} %`,
    `  worst: ${wrong.join(', ') || 'none'}`,
  ];
}

function judge(mode: Mode, { name, truths, readings: byMode }: Measured): Judged | undefined {
  const readings = byMode.get(mode) ?? [];
  if (readings.length === 0) return undefined;
  const bare = truths.map(({ neededPeakBytes }) => neededPeakBytes);
  const ownTruths = readings.flatMap(({ truthBytes }) => truthBytes ?? []);
  const truth = rangeOf(ownTruths.length > 0 ? ownTruths : bare);
  return {
    name,
    truth,
    readings,
    isWithin: readings.every((reading) => isWithin(mode.headlineWithin, reading, truth)),
    holds: readings.every((reading) => bracketHolds(reading, truth)),
    width: median(readings.map((reading) => widthOverTruth(reading, truth))),
  };
}

function row({ name, truths, pidtreeBytes }: Measured, judged: Judged): readonly string[] {
  const { truth, readings } = judged;
  const off = readings.map(({ bytes }) => deviation(bytes, truth));
  const others = (values: readonly number[]) =>
    values.length === 0 ? '' : signed(deviation(median(values), truth));
  const worst = readings.reduce((one, other) =>
    Math.abs(deviation(other.bytes, truth)) > Math.abs(deviation(one.bytes, truth)) ? other : one,
  );
  const missed = [judged.isWithin ? '' : 'headline', judged.holds ? '' : 'BRACKET'];
  return [
    name,
    megabytes(truth.medianBytes),
    megabytes(truth.leastBytes),
    megabytes(truth.mostBytes),
    signed(median(off)),
    signed(deviation(worst.bytes, truth)),
    megabytes(worst.lowerBytes ?? worst.bytes),
    worst.upperBytes === undefined ? 'none' : megabytes(worst.upperBytes),
    widthText(judged.width),
    others(truths.map(({ pssPoll100Bytes }) => pssPoll100Bytes)),
    others(pidtreeBytes),
    others(truths.map(({ largestBytes }) => largestBytes)),
    missed.filter(Boolean).join(' '),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

function signed(share: number): string {
  return `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`;
}

function percent(share = 0): string {
  return (100 * share).toFixed(1);
}

function widthText(width: number): string {
  return isUnbounded(width) ? 'unbounded' : percent(width);
}
