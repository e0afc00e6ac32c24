/** Draws memory over time: areas, axes, the peak, the limit and the cursor. */
import { formatBytes } from '../bytes.js';
import { formatDuration } from '../duration.js';
import type { PageData, StackedTimeline } from './data.js';
import { shape } from './dom.js';
import { colourClass } from './legend.js';
import { pointsIn, type Range, ticks, timeTicks } from './view.js';

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly margins: Readonly<Record<'left' | 'right' | 'top' | 'bottom', number>>;
  readonly range: Range;
}

/** The picture of a range, and a function that moves its cursor. */
export interface Drawing {
  readonly picture: SVGSVGElement;
  pointAt(point: number): void;
}

/** A limit beyond this multiple of the peak would flatten everything else. */
const farLimit = 1.6;
const pixelsPerTime = 90;
const linesAcross = 5;
/** The approximate width of a letter in pixels. */
const letterWidth = 7;

interface Scale {
  x(ms: number): number;
  y(bytes: number): number;
}

export function drawing(
  data: PageData,
  timeline: StackedTimeline,
  frame: Frame,
  marked: Range | undefined,
): Drawing {
  const { width, height } = frame;
  const most = highest(data, timeline);
  const scale = scaleOf(frame, most);
  const pointer = shape('g');
  const picture = shape(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      width: `${width}`,
      height: `${height}`,
      'aria-hidden': 'true',
    },
    ...axes(frame, scale, most),
    inside(frame, areas(timeline, frame, scale)),
    ...limitLine(data, frame, scale, most),
    ...(marked ? [markedArea(marked, frame, scale)] : []),
    ...peakMark(data, frame, scale),
    pointer,
  );
  return {
    picture,
    pointAt: (point) => pointer.replaceChildren(...cursor(timeline, point, frame, scale)),
  };
}

/** The peak can exceed the samples, if the kernel recorded a higher one. */
function highest({ limitBytes = 0, peak }: PageData, { bytes }: StackedTimeline): number {
  const most = bytes.reduce((best, value) => Math.max(best, value), peak?.bytes ?? 1);
  return (limitBytes <= most * farLimit ? Math.max(most, limitBytes) : most) * 1.08;
}

function scaleOf({ width, height, margins, range }: Frame, most: number): Scale {
  const across = width - margins.left - margins.right;
  const down = height - margins.top - margins.bottom;
  const length = range.toMs - range.fromMs;
  return {
    x: (ms) => margins.left + ((ms - range.fromMs) / length) * across,
    y: (bytes) => margins.top + (1 - bytes / most) * down,
  };
}

/** A horizontal line across the plot. */
function across(y: string, name: string, { width, margins }: Frame): SVGElement {
  const [x1, x2] = [`${margins.left}`, `${width - margins.right}`];
  return shape('line', { class: name, x1, x2, y1: y, y2: y });
}

function axes(frame: Frame, scale: Scale, most: number): SVGElement[] {
  const { width, height, margins, range } = frame;
  const lines = ticks(most, linesAcross, 2).flatMap((bytes) => {
    const y = rounded(scale.y(bytes));
    return [
      across(y, 'grid', frame),
      shape(
        'text',
        { x: `${margins.left - 8}`, y, dy: '0.32em', 'text-anchor': 'end' },
        formatBytes(bytes),
      ),
    ];
  });
  const times = timeTicks(range, (width - margins.left) / pixelsPerTime).map((ms) => {
    const x = scale.x(ms);
    const text = formatDuration(ms);
    const half = (text.length * letterWidth) / 2;
    const anchor = x + half > width ? 'end' : x - half < margins.left - half ? 'start' : 'middle';
    return shape('text', { x: rounded(x), y: `${height - 6}`, 'text-anchor': anchor }, text);
  });
  return [...lines, ...times];
}

/** Clips the content to the plot at any zoom. */
function inside({ width, height, margins }: Frame, content: SVGElement[]): SVGElement {
  const across = width - margins.left - margins.right;
  return shape(
    'svg',
    {
      x: `${margins.left}`,
      y: '0',
      width: `${across}`,
      height: `${height}`,
      viewBox: `${margins.left} 0 ${across} ${height}`,
    },
    ...content,
  );
}

function areas(timeline: StackedTimeline, frame: Frame, scale: Scale): SVGElement[] {
  const { atMs, bytes, parts } = timeline;
  const points = pointsIn(timeline, frame.range, frame.width);
  const below = points.map(() => 0);
  const area = (values: readonly number[], colour: string) => {
    const bottom = points.map((point, index) => at(point, below[index] ?? 0));
    const top = points.map((point, index) => at(point, (below[index] ?? 0) + (values[point] ?? 0)));
    for (const [index, point] of points.entries()) {
      below[index] = (below[index] ?? 0) + (values[point] ?? 0);
    }
    const outline = [...top, ...bottom.reverse()].join('L');
    return shape('path', { class: `area ${colour}`, d: `M${outline}Z` });
  };
  const at = (point: number, value: number) =>
    `${rounded(scale.x(atMs[point] ?? 0))} ${rounded(scale.y(value))}`;
  const line = points.map((point) => at(point, bytes[point] ?? 0)).join('L');
  return [
    ...(parts.length > 0
      ? parts.map(({ bytes: values, isRest }, index) => area(values, colourClass(index, isRest)))
      : [area(bytes, 'part-0 alone')]),
    shape('path', { class: 'total', d: `M${line}` }),
  ];
}

function limitLine(
  { limitBytes }: PageData,
  frame: Frame,
  scale: Scale,
  most: number,
): SVGElement[] {
  if (limitBytes === undefined || limitBytes > most) return [];
  const { width, margins } = frame;
  const y = rounded(scale.y(limitBytes));
  return [
    across(y, 'limit', frame),
    shape(
      'text',
      { class: 'limit', x: `${width - margins.right}`, y, dy: '-0.4em', 'text-anchor': 'end' },
      `limit ${formatBytes(limitBytes)}`,
    ),
  ];
}

function peakMark(
  { peak }: PageData,
  { width, margins, range }: Frame,
  scale: Scale,
): SVGElement[] {
  if (!peak || peak.atMs < range.fromMs || peak.atMs > range.toMs) return [];
  const [x, y] = [scale.x(peak.atMs), scale.y(peak.bytes)];
  const text = `peak ${formatBytes(peak.bytes)}`;
  const isRight = x + text.length * letterWidth + 12 > width - margins.right;
  return [
    shape('circle', { class: 'peak', cx: rounded(x), cy: rounded(y), r: '4' }),
    shape(
      'text',
      {
        class: 'peak',
        x: rounded(x + (isRight ? -8 : 8)),
        y: rounded(y),
        dy: '-0.3em',
        'text-anchor': isRight ? 'end' : 'start',
      },
      text,
    ),
  ];
}

function cursor(
  { atMs, bytes }: StackedTimeline,
  point: number,
  frame: Frame,
  scale: Scale,
): SVGElement[] {
  const { height, margins, range } = frame;
  const ms = atMs[point] ?? 0;
  if (ms < range.fromMs || ms > range.toMs) return [];
  const x = rounded(scale.x(ms));
  return [
    shape('line', {
      class: 'cursor',
      x1: x,
      x2: x,
      y1: `${margins.top}`,
      y2: `${height - margins.bottom}`,
    }),
    shape('circle', { class: 'cursor', cx: x, cy: rounded(scale.y(bytes[point] ?? 0)), r: '3' }),
  ];
}

function markedArea({ fromMs, toMs }: Range, frame: Frame, scale: Scale): SVGElement {
  const { height, margins } = frame;
  const [from, to] = [scale.x(fromMs), scale.x(toMs)];
  return shape('rect', {
    class: 'marked',
    x: rounded(from),
    y: `${margins.top}`,
    width: rounded(to - from),
    height: `${height - margins.top - margins.bottom}`,
  });
}

function rounded(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
