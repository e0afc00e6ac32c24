/** Keyboard, mouse and touch input of the plot. */
import type { Range } from './view.js';

/** A shorter drag selects nothing. */
const shortestDrag = 6;

interface KeyActions {
  step(points: number): void;
  jump(isLast: boolean): void;
  zoom(factor: number): void;
  reset(): void;
}

export function listenToKeys(plot: HTMLElement, { step, jump, zoom, reset }: KeyActions): void {
  const actions: Record<string, () => void> = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ArrowDown: () => step(-1),
    ArrowUp: () => step(1),
    PageDown: () => step(-10),
    PageUp: () => step(10),
    Home: () => jump(false),
    End: () => jump(true),
    '+': () => zoom(0.5),
    '=': () => zoom(0.5),
    '-': () => zoom(2),
    '0': reset,
    Escape: reset,
  };
  plot.addEventListener('keydown', (event) => {
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
}

interface PointerActions {
  msAt(x: number): number;
  hover(ms: number): void;
  mark(range: Range | undefined): void;
  zoomTo(range: Range): void;
  reset(): void;
}

/** A mouse drag selects a range to zoom to; touch only moves the cursor, since it also scrolls. */
export function listenToPointer(plot: HTMLElement, actions: PointerActions): void {
  let startX: number | undefined;
  const xOf = (event: PointerEvent | MouseEvent) =>
    event.clientX - plot.getBoundingClientRect().left;
  const rangeTo = (x: number): Range => {
    const [one, other] = [actions.msAt(startX ?? x), actions.msAt(x)];
    return { fromMs: Math.min(one, other), toMs: Math.max(one, other) };
  };
  plot.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch' || event.button !== 0) return;
    startX = xOf(event);
    plot.setPointerCapture(event.pointerId);
  });
  plot.addEventListener('pointermove', (event) => {
    const x = xOf(event);
    if (startX === undefined) actions.hover(actions.msAt(x));
    else actions.mark(Math.abs(x - startX) < shortestDrag ? undefined : rangeTo(x));
  });
  plot.addEventListener('pointerup', (event) => {
    const x = xOf(event);
    const range = rangeTo(x);
    const isMarked = startX !== undefined && Math.abs(x - startX) >= shortestDrag;
    startX = undefined;
    if (isMarked) actions.zoomTo(range);
    else actions.hover(actions.msAt(x));
  });
  plot.addEventListener('pointercancel', () => {
    startX = undefined;
    actions.mark(undefined);
  });
  plot.addEventListener('dblclick', actions.reset);
}
