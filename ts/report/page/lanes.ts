/** Stages and tasks as bars below the time axis. */
import { formatDuration } from '../duration.js';
import type { PageSpan } from './data.js';
import { element } from './dom.js';
import { colourClass } from './legend.js';
import type { Range } from './view.js';

/** The number of parts with colours of their own. */
const partsNamed = 7;

export function lanes(
  spans: readonly PageSpan[],
  { fromMs, toMs }: Range,
  margins: { readonly left: number; readonly right: number },
): HTMLElement[] {
  const length = toMs - fromMs;
  const share = (ms: number) => Math.min(1, Math.max(0, (ms - fromMs) / length));
  return spans.map(({ name, part, ...span }) => {
    const [start, end] = [share(span.fromMs), share(span.toMs)];
    const colour = part === undefined || part >= partsNamed ? 'rest' : colourClass(part);
    const bar = element('span', { class: `span ${colour}` });
    bar.style.left = `${start * 100}%`;
    bar.style.width = `max(${end > start ? 2 : 0}px, ${(end - start) * 100}%)`;
    const text = element('span', { class: 'span-name' }, name);
    // On the side with more room, so that the name stays readable.
    if (start <= 0.5) text.style.left = `${start * 100}%`;
    else text.style.right = `${(1 - end) * 100}%`;
    const when = `${formatDuration(span.fromMs)} to ${formatDuration(span.toMs)}`;
    const lane = element('div', { class: 'lane', title: `${name}: ${when}` }, bar, text);
    lane.style.marginLeft = `${margins.left}px`;
    lane.style.marginRight = `${margins.right}px`;
    return lane;
  });
}
