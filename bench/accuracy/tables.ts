/** The output for a mode: a table of programs, and a line for each goal. */
import { median } from '../../ts/compare/statistics/median.js';
import { table } from '../table.js';
import {
  type BareRange,
  bracketHolds,
  deviation,
  isUnbounded,
  isWithin,
  isWithinBare,
  type Reading,
  rangeOf,
  spread,
  widthOverTruth,
} from './judge.js';
import type { Measured } from './measured.js';
import type { Mode } from './modes.js';

interface Judged {
  readonly name: string;
  readonly readings: readonly Reading[];
  /** Undefined without bare runs. */
  readonly bare: BareRange | undefined;
  readonly isWithin: boolean;
  readonly isWithinBare: boolean;
  readonly holds: boolean;
  readonly width: number;
}

const header = [
  '',
  'truth MB',
  'memtop %',
  'worst %',
  'lower',
  'upper',
  'width %',
  'bare MB',
  'least',
  'most',
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
  const withinBare = all.filter((one) => one.isWithinBare).length;
  const holding = all.filter((one) => one.holds).length;
  const width = median(all.map((one) => one.width));
  const spreads = all.map(({ name, readings }) => ({ name, share: spread(readings) }));
  const [widest] = spreads.sort((one, other) => other.share - one.share);
  const isRepeated = all.some(({ readings }) => readings.length > 1);
  return [
    `${mode.name}: ${all.length} programs`,
    `  headline within ${100 * mode.headlineWithin} % of the truth: ${within}; to reach: all`,
    `  and of what a bare run needs: ${withinBare}`,
    `  bracket holds the truth: ${holding}; to reach: all`,
    `  width of the bracket over the truth, median: ${widthText(width)} %; ` +
      `to reach: ${100 * mode.widthToReach} %`,
    isRepeated
      ? `  largest spread of repeats: ${percent(widest?.share)} % (${widest?.name}); to reach: 3 %`
      : '  spread of repeats: unknown after one run',
  ];
}

/** A paragraph for all seeds: how many are right, and which are worst. */
export function summaryOfSeeds(mode: Mode, seeds: readonly Measured[]): readonly string[] {
  const all = seeds.flatMap((seed) => judge(mode, seed) ?? []);
  if (all.length === 0) return [];
  const off = ({ readings }: Judged) => median(readings.map(deviation));
  const wrong = all
    .filter((one) => !one.isWithin || !one.holds)
    .sort((one, other) => Math.abs(off(other)) - Math.abs(off(one)))
    .slice(0, 8)
    .map((one) => `${one.name} ${signed(off(one))} %${one.holds ? '' : ' (bracket misses)'}`);
  return [
    `${mode.name}: ${all.length} random trees`,
    `  headline within ${100 * mode.headlineWithin} %: ${all.filter((one) => one.isWithin).length}`,
    `  bracket holds the truth: ${all.filter((one) => one.holds).length}; to reach: all`,
    '  width of the bracket over the truth, median: ' +
      `${widthText(median(all.map((one) => one.width)))} %`,
    `  worst: ${wrong.join(', ') || 'none'}`,
  ];
}

function judge(mode: Mode, { name, truths, readings: byMode }: Measured): Judged | undefined {
  const readings = byMode.get(mode) ?? [];
  if (readings.length === 0) return undefined;
  const bytes = truths.map(({ neededPeakBytes }) => neededPeakBytes);
  const bare = bytes.length > 0 ? rangeOf(bytes) : undefined;
  const within = mode.headlineWithin;
  return {
    name,
    readings,
    bare,
    isWithin: readings.every((reading) => isWithin(within, reading)),
    isWithinBare:
      bare !== undefined && readings.every((reading) => isWithinBare(within, reading, bare)),
    holds: readings.every(bracketHolds),
    width: median(readings.map(widthOverTruth)),
  };
}

function row({ name, truths, pidtreeBytes }: Measured, judged: Judged): readonly string[] {
  const { readings, bare } = judged;
  const off = readings.map(deviation);
  const others = (values: readonly number[]) =>
    values.length === 0 || bare === undefined ? '' : signed(median(values) / bare.medianBytes - 1);
  const worst = readings.reduce((one, other) =>
    Math.abs(deviation(other)) > Math.abs(deviation(one)) ? other : one,
  );
  const missed = [
    judged.isWithin ? '' : 'headline',
    judged.isWithinBare ? '' : 'bare',
    judged.holds ? '' : 'BRACKET',
  ];
  return [
    name,
    megabytes(median(readings.map(({ truthBytes }) => truthBytes))),
    signed(median(off)),
    signed(deviation(worst)),
    megabytes(worst.lowerBytes ?? worst.bytes),
    worst.upperBytes === undefined ? 'none' : megabytes(worst.upperBytes),
    widthText(judged.width),
    megabytes(bare?.medianBytes),
    megabytes(bare?.leastBytes),
    megabytes(bare?.mostBytes),
    others(truths.map(({ pssPoll100Bytes }) => pssPoll100Bytes)),
    others(pidtreeBytes),
    others(truths.map(({ largestBytes }) => largestBytes)),
    missed.filter(Boolean).join(' '),
  ];
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : (bytes / 1024 ** 2).toFixed(1);
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
