/** Shows the processes of a machine, or some of them, until the user quits. */
import { createElement } from 'react';
import type { KillOptions, KillOutcome } from '../../inspect/options.js';
import type { ProcessPlace } from '../../inspect/place.js';
import type { ProcessRecord } from '../../inspect/process.js';
import { failureLines, killedLine } from '../../report/killed.js';
import type { Shown } from '../parts/cells.js';
import { Frames } from '../terminal/frames.js';
import { FullScreen } from '../terminal/full-screen.js';
import { keysIn } from '../terminal/keys.js';
import { groupsOf, type SizedProcess } from './groups.js';
import { pressed } from './keys.js';
import { type Row, rowsOf } from './rows.js';
import { type Action, initial, type State } from './state.js';
import type { MemoryTitle } from './text.js';
import { Trends } from './trends.js';
import { heightOfRows, Machine } from './view.js';

/** The processes that are shown, and a way to end them. */
export interface Source {
  /** The kind of memory that is shown. */
  readonly memoryTitle: MemoryTitle;
  look(): Promise<readonly SizedProcess[]>;
  placeOf(process: ProcessRecord): ProcessPlace | undefined;
  memory(): { usedBytes: number; totalBytes: number };
  kill(pid: number, options: KillOptions): Promise<KillOutcome>;
}

export interface LiveOptions {
  /** What is shown, in a few words; evaluated at each refresh. */
  title(): string;
  shown: Shown;
  /** Ends the view when it settles. */
  until?: Promise<unknown>;
  opened?: 'all';
}

const shortestRefreshMs = 1_000;
const longestRefreshMs = 10_000;
/** The share of one CPU that refreshing may take. */
const shareOfCpu = 0.015;

/** Resolves when the terminal is restored. */
export function showLive(source: Source, options: LiveOptions): Promise<void> {
  const frames = new Frames();
  const trends = new Trends();
  let state: State = initial;
  let processes: readonly SizedProcess[] = [];
  let rows: Row[] = [];
  let refreshMs = shortestRefreshMs;
  let timer: NodeJS.Timeout | undefined;
  let looks = 0;
  let isOver = false;

  return new Promise((resolve, reject) => {
    const end = (error?: unknown) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      frames.close();
      screen.close();
      if (error === undefined) resolve();
      else reject(error);
    };
    const arrange = () => {
      const groups = groupsOf(processes, source.placeOf, state.order);
      const opened =
        options.opened === 'all' ? new Set(groups.map(({ key }) => key)) : state.opened;
      rows = rowsOf(groups, opened, state.search);
      return groups;
    };
    const draw = () => {
      if (isOver) return;
      const { size } = screen;
      const element = createElement(Machine, {
        state,
        rows,
        trends,
        title: options.title(),
        memoryTitle: source.memoryTitle,
        processCount: processes.length,
        ...source.memory(),
        refreshMs,
        size,
        shown: options.shown,
      });
      screen.show(frames.of(element, size));
    };
    const look = async () => {
      const before = process.cpuUsage();
      try {
        if (!state.isPaused) {
          processes = await source.look();
          if (isOver) return;
          trends.add(arrange().map(({ key, bytes }) => ({ key: `group ${key}`, bytes })));
          draw();
        }
      } catch (error) {
        return end(error);
      }
      if (looks > 0) refreshMs = intervalFor(process.cpuUsage(before));
      looks += 1;
      timer = setTimeout(look, refreshMs);
    };
    const act = (action: Action) => {
      if (action.do === 'quit') end();
      else if (action.do === 'suspend') screen.suspend();
      else void kill(action.row, action.force);
    };
    const kill = async ({ target }: Row, force: boolean) => {
      if (!target) return;
      const { pid, started } = target.process;
      state = { ...state, notice: `ending ${pid}` };
      draw();
      try {
        const outcome = await source.kill(pid, { force, started });
        state = { ...state, notice: [killedLine(outcome), ...failureLines(outcome)].join('; ') };
      } catch (error) {
        state = { ...state, notice: error instanceof Error ? error.message : String(error) };
      }
      draw();
    };
    const listeners = {
      resized: draw,
      input(text: string) {
        for (const key of keysIn(text)) {
          const next = pressed(state, key, { rows, height: heightOfRows(screen.size) });
          state = next.state;
          arrange();
          if (next.action) act(next.action);
        }
        draw();
      },
    };
    const screen = new FullScreen(listeners, { takesSignals: true });
    options.until?.then(() => end(), end);
    void look();
  });
}

/** The time until the next refresh; the first one, which takes longer, does not count. */
function intervalFor({ user, system }: NodeJS.CpuUsage): number {
  const wanted = (user + system) / 1000 / shareOfCpu;
  return Math.min(longestRefreshMs, Math.max(shortestRefreshMs, Math.round(wanted)));
}
