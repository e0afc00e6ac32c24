/** The lines below a command's output while it runs. */
import { formatBytes } from '../../report/bytes.js';
import { formatDuration } from '../../report/duration.js';
import type { Look } from '../../report/look.js';
import { asAscii, fitted, plainText, widthOf } from '../../report/plain-text.js';
import { sparkline } from '../../report/sparkline.js';
import { bar } from '../parts/bar.js';

export interface BlockTask {
  readonly id: string;
  readonly bytes: number;
  readonly peakBytes: number;
}

export interface BlockData {
  readonly atMs: number;
  readonly bytes: number;
  readonly peakBytes: number;
  readonly peakAtMs: number;
  readonly processCount: number;
  /** Its memory over time. */
  readonly trend: readonly number[];
  readonly limitBytes?: number;
  /** The running tasks. */
  readonly tasks: readonly BlockTask[];
  /** The largest programs, each with all its processes. */
  readonly largest: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly count: number;
  }[];
}

/** A part of a line with its colour. */
interface Part {
  readonly text: string;
  readonly colour?: string;
}

const dim = '2';
const bold = '1';
const green = '32';
const yellow = '33';
const red = '31';
const cyan = '36';
const longestTrend = 24;
const longestBar = 30;
const longestName = 24;

/** At most five lines, each narrower than the terminal; fewer on a low terminal. */
export function blockLines(data: BlockData, rows: number, screen: Look): string[] {
  // The last column stays free: some terminals wrap when it is written.
  const look = { ...screen, columns: screen.columns - 1 };
  const lines = [ruleLine(data, look), nowLine(data, look)];
  if (data.limitBytes !== undefined) lines.push(limitLine(data, data.limitBytes, look));
  if (data.tasks.length > 0) lines.push(tasksLine(data.tasks, look));
  lines.push(largestLine(data, look));
  const most = rows < 12 ? 2 : rows < 18 ? 3 : lines.length;
  return lines.slice(0, most).map((parts) => lineOf(parts, look));
}

/** Short, since a terminal that is made narrower would wrap a line of full width. */
function ruleLine({ atMs }: BlockData, { isAscii }: Look): Part[] {
  const dashes = (isAscii ? '-' : '─').repeat(2);
  const time = atMs < 1000 ? '0s' : formatDuration(Math.floor(atMs / 1000) * 1000);
  return [{ text: `${dashes} memtop ${time} ${dashes}`, colour: dim }];
}

function nowLine(data: BlockData, { columns, isAscii }: Look): Part[] {
  const { bytes, peakBytes, peakAtMs, processCount, trend } = data;
  const figures: Part[] = [
    { text: ' now ', colour: dim },
    { text: formatBytes(bytes).padStart(8), colour: bold },
    { text: '  peak ', colour: dim },
    { text: formatBytes(peakBytes).padStart(8), colour: bold },
    { text: ` at ${formatDuration(peakAtMs)}`.padEnd(12), colour: dim },
  ];
  const count = `  ${processCount} ${processCount === 1 ? 'process' : 'processes'}`;
  const left = columns - lengthOf(figures) - 1;
  const withCount = left >= count.length + 8;
  const width = Math.min(longestTrend, left - (withCount ? count.length : 0));
  return [
    ...figures,
    ...(width >= 4
      ? [{ text: ` ${sparkline(trend, width, isAscii, peakBytes)}`, colour: green }]
      : []),
    ...(withCount ? [{ text: count, colour: dim }] : []),
  ];
}

function limitLine({ bytes }: BlockData, limitBytes: number, look: Look): Part[] {
  const share = bytes / limitBytes;
  const colour = share >= 0.9 ? red : share >= 0.7 ? yellow : green;
  const text = ` ${Math.round(share * 100)}% of ${formatBytes(limitBytes)}`;
  const width = Math.max(4, Math.min(longestBar, look.columns - text.length - 10));
  return [
    { text: ' limit ', colour: dim },
    { text: bar(share, width, look.isAscii), colour },
    { text },
  ];
}

function tasksLine(tasks: readonly BlockTask[], look: Look): Part[] {
  const items = [...tasks]
    .sort((one, other) => other.bytes - one.bytes)
    .map(({ id, bytes, peakBytes }): Part[] => [
      { text: nameIn(id, look), colour: cyan },
      { text: ` ${formatBytes(bytes)}` },
      { text: ` (peak ${formatBytes(peakBytes)})`, colour: dim },
    ]);
  return listed(' tasks ', items, look);
}

function largestLine({ largest }: BlockData, look: Look): Part[] {
  const items = largest.map(({ name, bytes, count }): Part[] => [
    { text: `${nameIn(name, look)}${count > 1 ? ` x${count}` : ''}`, colour: cyan },
    { text: ` ${formatBytes(bytes)}` },
  ]);
  return listed(' largest ', items, look);
}

/** As many items as fit, and the number of others. */
function listed(label: string, items: readonly Part[][], { columns }: Look): Part[] {
  const parts: Part[] = [{ text: label, colour: dim }];
  for (const [index, item] of items.entries()) {
    const others = items.length - index - 1;
    const more = others > 0 ? `   ${others} more`.length : 0;
    if (index > 0 && lengthOf(parts) + 3 + lengthOf(item) + more > columns) {
      return [...parts, { text: `   ${items.length - index} more`, colour: dim }];
    }
    if (index > 0) parts.push({ text: '   ' });
    parts.push(...item);
  }
  return parts;
}

function nameIn(name: string, { isAscii }: Look): string {
  const text = fitted(plainText(name), longestName);
  return isAscii ? asAscii(text) : text;
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { text }) => sum + widthOf(text), 0);
}

function lineOf(parts: readonly Part[], { columns, isColoured, isAscii }: Look): string {
  let left = columns;
  let line = '';
  for (const { text, colour } of parts) {
    if (left <= 0) break;
    const isCut = widthOf(text) > left;
    const cut = isCut ? fitted(text, left) : text;
    const shown = isAscii ? asAscii(cut) : cut;
    left -= widthOf(text);
    line += isColoured && colour !== undefined ? `\u001b[${colour}m${shown}\u001b[0m` : shown;
  }
  return line;
}
