/** The plot of memory over time, with its cursor, zoom and lanes. */
import { formatBytes } from '../bytes.js';
import { formatDuration } from '../duration.js';
import type { PageData, StackedTimeline } from './data.js';
import { element } from './dom.js';
import { drawing, type Frame } from './drawing.js';
import { listenToKeys, listenToPointer } from './input.js';
import { lanes } from './lanes.js';
import { type Legend, legend } from './legend.js';
import { nearestTo, type Range, within, zoomed } from './view.js';

const margins = { left: 54, right: 10, top: 14, bottom: 24 };
const narrow = 560;
const keysText =
  'Arrow keys move along the run, + and − look closer or wider, 0 shows the whole run.';

export interface TimelineSection {
  readonly section: HTMLElement;
  /** Draws to the width that the section has in the document. */
  draw(): void;
}

export function timelineSection(data: PageData): TimelineSection {
  const section = element('section', { class: 'timeline' }, element('h2', {}, 'Memory over time'));
  return data.timeline
    ? new Timeline(section, data, data.timeline)
    : { section, draw: () => undefined };
}

class Timeline implements TimelineSection {
  readonly section: HTMLElement;
  readonly #data: PageData;
  readonly #timeline: StackedTimeline;
  readonly #whole: Range;
  readonly #plot: HTMLElement;
  readonly #lanes = element('div', { class: 'lanes' });
  readonly #legend: Legend;
  readonly #wider = button('Wider', () => this.#zoom(2));
  readonly #all = button('Whole run', () => this.#show(this.#whole));
  #range: Range;
  /** The index of the point at the cursor. */
  #point: number;
  /** What a mouse drag has selected so far. */
  #marked: Range | undefined;
  #drawCursor: (point: number) => void = () => undefined;

  constructor(section: HTMLElement, data: PageData, timeline: StackedTimeline) {
    this.section = section;
    this.#data = data;
    this.#timeline = timeline;
    this.#whole = { fromMs: 0, toMs: Math.max(data.durationMs, timeline.atMs.at(-1) ?? 0, 1) };
    this.#range = this.#whole;
    this.#point = pointOfPeak(timeline);
    this.#plot = plotElement(this.#whole);
    this.#legend = legend(timeline);
    const closer = button('Closer', () => this.#zoom(0.5));
    section.append(
      this.#legend.element,
      this.#plot,
      this.#lanes,
      element('p', { class: 'controls' }, closer, this.#wider, this.#all),
      element('p', { class: 'note' }, `Drag with a mouse to look closer. ${keysText}`),
    );
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(section);
  }

  draw(): void {
    const drawn = drawing(this.#data, this.#timeline, this.#frame(), this.#marked);
    this.#plot.replaceChildren(drawn.picture);
    this.#drawCursor = drawn.pointAt;
    this.#lanes.replaceChildren(...lanes(this.#data.spans, this.#range, margins));
    const isWhole = lengthOf(this.#range) >= lengthOf(this.#whole);
    this.#all.disabled = isWhole;
    this.#wider.disabled = isWhole;
    this.#showPoint();
  }

  #frame(): Frame {
    const width = Math.max(200, this.#plot.clientWidth);
    return { width, height: width < narrow ? 200 : 280, margins, range: this.#range };
  }

  #timeAtPoint(): number {
    return this.#timeline.atMs[this.#point] ?? 0;
  }

  #showPoint(): void {
    const size = formatBytes(this.#timeline.bytes[this.#point] ?? 0);
    this.#drawCursor(this.#point);
    this.#legend.show(this.#point);
    this.#plot.setAttribute('aria-valuenow', `${Math.round(this.#timeAtPoint())}`);
    this.#plot.setAttribute('aria-valuetext', `${size} at ${formatDuration(this.#timeAtPoint())}`);
  }

  #show(range: Range): void {
    this.#range = within(range, this.#whole.toMs);
    this.draw();
  }

  #zoom(factor: number): void {
    this.#show(zoomed(this.#range, this.#timeAtPoint(), factor));
  }

  #moveTo(point: number): void {
    this.#point = Math.min(this.#timeline.atMs.length - 1, Math.max(0, point));
    const [ms, half] = [this.#timeAtPoint(), lengthOf(this.#range) / 2];
    if (contains(this.#range, ms)) this.#showPoint();
    else this.#show({ fromMs: ms - half, toMs: ms + half });
  }

  /** With many visible points, a key moves by a hundredth of them. */
  #step(count: number): void {
    const visible = this.#timeline.atMs.filter((ms) => contains(this.#range, ms));
    this.#moveTo(this.#point + count * Math.max(1, Math.round(visible.length / 100)));
  }

  #msAt(x: number): number {
    const share = (x - margins.left) / (this.#frame().width - margins.left - margins.right);
    return this.#range.fromMs + Math.min(1, Math.max(0, share)) * lengthOf(this.#range);
  }

  #listen(): void {
    const reset = () => this.#show(this.#whole);
    listenToKeys(this.#plot, {
      step: (count) => this.#step(count),
      jump: (isLast) => this.#moveTo(isLast ? this.#timeline.atMs.length - 1 : 0),
      zoom: (factor) => this.#zoom(factor),
      reset,
    });
    listenToPointer(this.#plot, {
      msAt: (x) => this.#msAt(x),
      hover: (ms) => {
        this.#point = nearestTo(this.#timeline.atMs, ms);
        this.#showPoint();
      },
      mark: (marked) => {
        this.#marked = marked;
        this.draw();
      },
      zoomTo: (range) => {
        this.#marked = undefined;
        this.#show(range);
      },
      reset,
    });
  }
}

function plotElement({ toMs }: Range): HTMLElement {
  return element('div', {
    class: 'plot',
    tabindex: '0',
    role: 'slider',
    'aria-label': 'Memory over time',
    'aria-description': keysText,
    'aria-valuemin': '0',
    'aria-valuemax': `${Math.round(toMs)}`,
  });
}

function lengthOf({ fromMs, toMs }: Range): number {
  return toMs - fromMs;
}

function contains({ fromMs, toMs }: Range, ms: number): boolean {
  return ms >= fromMs && ms <= toMs;
}

function pointOfPeak({ bytes }: StackedTimeline): number {
  return bytes.reduce((best, value, index) => (value > (bytes[best] ?? 0) ? index : best), 0);
}

function button(text: string, press: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, text);
  made.addEventListener('click', press);
  return made;
}
