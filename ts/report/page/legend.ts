/** The colours of the parts, with their values at the cursor. */
import { formatBytes } from '../bytes.js';
import { formatDuration } from '../duration.js';
import type { StackedTimeline } from './data.js';
import { element } from './dom.js';

export interface Legend {
  readonly element: HTMLElement;
  show(point: number): void;
}

export function legend({ atMs, bytes, parts }: StackedTimeline): Legend {
  const whole = element('strong');
  const when = element('span', { class: 'when' });
  const values = parts.map(() => element('span', { class: 'value' }));
  const entries = parts.map(({ name, isRest }, index) =>
    element(
      'li',
      {},
      element('span', { class: `swatch ${colourClass(index, isRest)}` }),
      element('span', { class: 'part' }, name),
      values[index] ?? '',
    ),
  );
  return {
    element: element(
      'div',
      { class: 'legend' },
      element('p', {}, whole, when),
      ...(entries.length > 0 ? [element('ul', {}, ...entries)] : []),
    ),
    show(point) {
      whole.textContent = formatBytes(bytes[point] ?? 0);
      when.textContent = ` at ${formatDuration(atMs[point] ?? 0)}`;
      for (const [index, value] of values.entries()) {
        value.textContent = formatBytes(parts[index]?.bytes[point] ?? 0);
      }
    },
  };
}

/** One of eight colours; the rest is grey. */
export function colourClass(index: number, isRest?: boolean): string {
  return isRest ? 'rest' : `part-${Math.min(index, 7)}`;
}
