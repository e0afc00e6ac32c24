/** The plot of memory over time, with its cursor, zoom and lanes. */
import { formatBytes } from '../bytes.js';
import { formatDuration } from '../duration.js';
import type { Course, PageData } from './data.js';
import { element } from './dom.js';
import { drawing, type Frame } from './drawing.js';
import { listenToKeys, listenToPointer } from './input.js';
import { lanes } from './lanes.js';
import { legend } from './legend.js';
import { nearestTo, type Range, within, zoomed } from './view.js';

const margins = { left: 54, right: 10, top: 14, bottom: 24 };
const narrow = 560;
const keysText =
  'Arrow keys move along the run, + and − look closer or wider, 0 shows the whole run.';

export function timelineSection(data: PageData): { section: HTMLElement; draw: () => void } {
  const { course, durationMs } = data;
  const section = element('section', { class: 'timeline' }, element('h2', {}, 'Memory over time'));
  if (!course) return { section, draw: () => undefined };
  const whole = { fromMs: 0, toMs: Math.max(durationMs, course.atMs.at(-1) ?? 0, 1) };
  const state = {
    range: whole as Range,
    point: pointOfPeak(course),
    marked: undefined as Range | undefined,
  };

  const plot = element('div', {
    class: 'plot',
    tabindex: '0',
    role: 'slider',
    'aria-label': 'Memory over time',
    'aria-description': keysText,
    'aria-valuemin': '0',
    'aria-valuemax': `${Math.round(whole.toMs)}`,
  });
  const lane = element('div', { class: 'lanes' });
  const key = legend(course);
  const closer = button('Closer', () => show(zoomed(state.range, timeAt(), 0.5)));
  const wider = button('Wider', () => show(zoomed(state.range, timeAt(), 2)));
  const all = button('Whole run', () => show(whole));
  section.append(
    key.element,
    plot,
    lane,
    element('p', { class: 'controls' }, closer, wider, all),
    element('p', { class: 'note' }, `Drag with a mouse to look closer. ${keysText}`),
  );

  const timeAt = () => course.atMs[state.point] ?? 0;
  const frame = (): Frame => {
    const width = Math.max(200, plot.clientWidth);
    return { width, height: width < narrow ? 200 : 280, margins, range: state.range };
  };
  let pointAt: (point: number) => void = () => undefined;
  const look = () => {
    const { point } = state;
    pointAt(point);
    key.show(point);
    plot.setAttribute('aria-valuenow', `${Math.round(timeAt())}`);
    plot.setAttribute(
      'aria-valuetext',
      `${formatBytes(course.bytes[point] ?? 0)} at ${formatDuration(timeAt())}`,
    );
  };
  const draw = () => {
    const { range, marked } = state;
    const drawn = drawing(data, course, frame(), marked);
    plot.replaceChildren(drawn.picture);
    pointAt = drawn.pointAt;
    lane.replaceChildren(...lanes(data.spans, range, margins));
    const isWhole = range.toMs - range.fromMs >= whole.toMs;
    all.disabled = isWhole;
    wider.disabled = isWhole;
    look();
  };
  const show = (range: Range) => {
    state.range = within(range, whole.toMs);
    draw();
  };
  const moveTo = (point: number) => {
    state.point = Math.min(course.atMs.length - 1, Math.max(0, point));
    const { fromMs, toMs } = state.range;
    const half = (toMs - fromMs) / 2;
    const isSeen = timeAt() >= fromMs && timeAt() <= toMs;
    if (isSeen) look();
    else show({ fromMs: timeAt() - half, toMs: timeAt() + half });
  };

  listenToKeys(plot, {
    step: (points) => moveTo(state.point + stepOf(points)),
    jump: (isLast) => moveTo(isLast ? course.atMs.length - 1 : 0),
    zoom: (factor) => show(zoomed(state.range, timeAt(), factor)),
    reset: () => show(whole),
  });
  /** With many visible points, a key moves by a hundredth of them. */
  const stepOf = (points: number) => {
    const seen = course.atMs.filter((ms) => ms >= state.range.fromMs && ms <= state.range.toMs);
    return points * Math.max(1, Math.round(seen.length / 100));
  };
  listenToPointer(plot, {
    msAt: (x) => {
      const { width, range } = frame();
      const share = (x - margins.left) / (width - margins.left - margins.right);
      return range.fromMs + Math.min(1, Math.max(0, share)) * (range.toMs - range.fromMs);
    },
    hover: (ms) => {
      state.point = nearestTo(course.atMs, ms);
      look();
    },
    mark: (marked) => {
      state.marked = marked;
      draw();
    },
    zoomTo: (range) => {
      state.marked = undefined;
      show(range);
    },
    reset: () => show(whole),
  });
  new ResizeObserver(draw).observe(section);
  return { section, draw };
}

function pointOfPeak({ bytes }: Course): number {
  return bytes.reduce((best, value, index) => (value > (bytes[best] ?? 0) ? index : best), 0);
}

function button(text: string, press: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, text);
  made.addEventListener('click', press);
  return made;
}
