/** The memory of a run over time, drawn with characters, with its tasks or stages below. */
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { highest } from './highest.js';
import type { Look } from './look.js';
import type { StackedTimeline } from './page/data.js';
import { asAscii, fitted, padded, plainText, widthOf } from './plain-text.js';
import { valuesAt } from './series.js';
import { bars } from './sparkline.js';
import { rankedTasks, stackedTimeline, type Timed } from './stacked-timeline.js';

const rows = 8;
const narrowestPlot = 10;
const widestPlot = 160;
const bandsShown = 8;
/** Columns below the axis for one time. */
const columnsPerTime = 20;

interface Symbols {
  /** From nearly empty to a full cell. */
  readonly blocks: string;
  readonly axis: string;
  readonly corner: string;
  readonly floor: string;
  readonly tick: string;
  readonly peak: string;
  readonly band: string;
}

const symbols: Symbols = {
  blocks: bars,
  axis: '┤',
  corner: '└',
  floor: '─',
  tick: '┬',
  peak: '▲',
  band: '━',
};
const asciiSymbols: Symbols = {
  blocks: '.:#',
  axis: '|',
  corner: '+',
  floor: '-',
  tick: '+',
  peak: '^',
  band: '=',
};
/** Of the parts, in their order; the rest has no colour. */
const colours = ['34', '33', '32', '35', '36', '31', '94'];

interface Plot {
  readonly width: number;
  readonly durationMs: number;
  readonly symbols: Symbols;
  readonly isColoured: boolean;
  /** Columns to the left of the plot. */
  readonly indent: number;
}

/** Lines without line ends, each at most `look.columns` wide; none without a timeline. */
export function chartLines(result: Timed, { columns, isColoured, isAscii }: Look): string[] {
  const timeline = stackedTimeline(result);
  const most = timeline ? highest(timeline.bytes) : 0;
  if (!timeline || most === 0) return [];
  const labels = Array.from({ length: rows }, (_, row) =>
    row % 2 === 0 ? formatBytes((most * (rows - row)) / rows) : '',
  );
  const indent = Math.max(...labels.map((label) => label.length)) + 2;
  const width = Math.min(widestPlot, columns - indent);
  if (width < narrowestPlot) return [];
  const plot: Plot = {
    width,
    durationMs: Math.max(result.run?.durationMs ?? 0, timeline.atMs.at(-1) ?? 0, 1),
    symbols: isAscii ? asciiSymbols : symbols,
    isColoured,
    indent,
  };
  return [
    ...cells(timeline, most, plot).map(
      (line, row) => `${(labels[row] ?? '').padStart(indent - 1)}${plot.symbols.axis}${line}`,
    ),
    ...axis(timeline, most, plot),
    ...bands(result, plot, isAscii),
  ].map((line) => line.trimEnd());
}

/** The maximum of each column, from the top row to the bottom row. */
function cells(timeline: StackedTimeline, most: number, plot: Plot): string[] {
  const times = Array.from(
    { length: plot.width },
    (_, column) => ((column + 1) * plot.durationMs) / plot.width,
  );
  const { blocks } = plot.symbols;
  const heights = valuesAt(times, timeline).map((bytes = 0) => (bytes / most) * rows);
  const parts = timeline.parts.map(({ bytes }) => valuesAt(times, { atMs: timeline.atMs, bytes }));
  return Array.from({ length: rows }, (_, row) => {
    const floor = rows - 1 - row;
    const line = heights.map((height, column) => {
      const filled = Math.min(1, height - floor);
      if (filled <= 0) return ' ';
      const block = blocks[Math.max(0, Math.ceil(filled * blocks.length) - 1)] ?? ' ';
      const middle = ((floor + filled / 2) / rows) * most;
      return plot.isColoured ? coloured(partAt(parts, column, middle), block) : block;
    });
    return line.join('');
  });
}

/** The index of the part that covers this height when the parts are stacked. */
function partAt(parts: readonly (number | undefined)[][], column: number, bytes: number): number {
  let sum = 0;
  return parts.findIndex((values) => {
    sum += values[column] ?? 0;
    return sum >= bytes;
  });
}

function coloured(part: number, text: string): string {
  const colour = colours[part];
  return colour === undefined ? text : `\u001b[${colour}m${text}\u001b[0m`;
}

/** The line below the cells with a mark at the peak, and the times of its ticks. */
function axis({ atMs, bytes }: StackedTimeline, most: number, plot: Plot): string[] {
  const { width, symbols, indent } = plot;
  const count = Math.max(1, Math.floor(width / columnsPerTime));
  const marks = Array.from({ length: count }, (_, index) => Math.floor((index * width) / count));
  const line = Array.from({ length: width }, (_, column) =>
    marks.includes(column) ? symbols.tick : symbols.floor,
  );
  line[columnOf(atMs[bytes.indexOf(most)] ?? 0, plot)] = symbols.peak;
  return [
    `${symbols.corner.padStart(indent)}${line.join('')}`,
    `${' '.repeat(indent)}${timesBelow(marks, plot)}`,
  ];
}

/** The time at each tick, and the end of the run where there is room. */
function timesBelow(marks: readonly number[], { width, durationMs }: Plot): string {
  const text = marks.reduce(
    (line, column) => line.padEnd(column) + formatDuration((column / width) * durationMs),
    '',
  );
  const end = formatDuration(durationMs);
  const room = width - text.length;
  return (room > end.length + 1 ? text + end.padStart(room) : text).slice(0, width);
}

function columnOf(ms: number, { width, durationMs }: Plot): number {
  return Math.max(0, Math.min(width - 1, Math.floor((ms / durationMs) * width)));
}

interface Band {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly part: number;
}

/** The largest tasks in order of start; the stages of a run without tasks. */
function bands({ tasks = [], stages = [] }: Timed, plot: Plot, isAscii: boolean): string[] {
  const ofTasks = rankedTasks(tasks).flatMap(({ id, startedAtMs, durationMs }, part): Band[] =>
    startedAtMs === undefined || durationMs === undefined
      ? []
      : [{ name: id, fromMs: startedAtMs, toMs: startedAtMs + durationMs, part }],
  );
  const ofStages = stages.map(
    ({ name, firstSeenMs, lastSeenMs }): Band => ({
      name,
      fromMs: firstSeenMs,
      toMs: lastSeenMs,
      part: -1,
    }),
  );
  return (ofTasks.length > 0 ? ofTasks : ofStages)
    .slice(0, bandsShown)
    .sort((one, other) => one.fromMs - other.fromMs)
    .map((band) => bandLine(band, plot, isAscii));
}

/** The name follows its band, or precedes it where there is more room. */
function bandLine({ name, fromMs, toMs, part }: Band, plot: Plot, isAscii: boolean): string {
  const start = columnOf(fromMs, plot);
  const length = Math.max(1, columnOf(toMs, plot) - start + 1);
  const bar = plot.symbols.band.repeat(length);
  const behind = plot.width - start - length - 1;
  const before = start - 1;
  const plain = plainText(name);
  const isBehind = behind >= widthOf(plain) || behind >= before;
  const room = Math.max(0, isBehind ? behind : before);
  const cut = room === 0 ? '' : fitted(plain, room);
  const shown = isAscii ? asAscii(cut) : cut;
  const drawn = plot.isColoured ? coloured(part, bar) : bar;
  const line = isBehind
    ? `${' '.repeat(start)}${drawn} ${shown}`
    : `${padded(shown, start - 1, 'right')} ${drawn}`;
  return ' '.repeat(plot.indent) + line;
}
