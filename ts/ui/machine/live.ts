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
import { type Group, groupsOf, type SizedProcess } from './groups.js';
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
  return new LiveView(source, options).ended;
}

class LiveView {
  readonly ended: Promise<void>;
  readonly #source: Source;
  readonly #options: LiveOptions;
  readonly #frames = new Frames();
  readonly #trends = new Trends();
  readonly #screen: FullScreen;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #state: State = initial;
  #processes: readonly SizedProcess[] = [];
  #rows: Row[] = [];
  #refreshMs = shortestRefreshMs;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(source: Source, options: LiveOptions) {
    this.#source = source;
    this.#options = options;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#screen = new FullScreen(
      { input: (text) => this.#handleInput(text), resized: () => this.#draw() },
      { takesSignals: true },
    );
    options.until?.then(
      () => this.#end(),
      (error) => this.#fail(error),
    );
    void this.#start();
  }

  async #start(): Promise<void> {
    await this.#refresh();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(async () => {
      const before = process.cpuUsage();
      await this.#refresh();
      this.#refreshMs = intervalFor(process.cpuUsage(before));
      this.#schedule();
    }, this.#refreshMs);
  }

  async #refresh(): Promise<void> {
    if (this.#state.isPaused) return;
    try {
      this.#processes = await this.#source.look();
      if (this.#isOver) return;
      const groups = this.#arrange();
      this.#trends.add(groups.map(({ key, bytes }) => ({ key: `group ${key}`, bytes })));
      this.#draw();
    } catch (error) {
      this.#fail(error);
    }
  }

  #arrange(): Group[] {
    const { order, opened, search } = this.#state;
    const groups = groupsOf(this.#processes, this.#source.placeOf, order);
    const areAllOpen = this.#options.opened === 'all';
    const open = areAllOpen ? new Set(groups.map(({ key }) => key)) : opened;
    this.#rows = rowsOf(groups, open, search);
    return groups;
  }

  #draw(): void {
    if (this.#isOver) return;
    const { size } = this.#screen;
    const element = createElement(Machine, {
      state: this.#state,
      rows: this.#rows,
      trends: this.#trends,
      title: this.#options.title(),
      memoryTitle: this.#source.memoryTitle,
      processCount: this.#processes.length,
      ...this.#source.memory(),
      refreshMs: this.#refreshMs,
      size,
      shown: this.#options.shown,
    });
    this.#screen.show(this.#frames.of(element, size));
  }

  #handleInput(text: string): void {
    for (const key of keysIn(text)) {
      const height = heightOfRows(this.#screen.size);
      const { state, action } = pressed(this.#state, key, { rows: this.#rows, height });
      this.#state = state;
      this.#arrange();
      if (action) this.#act(action);
    }
    this.#draw();
  }

  #act(action: Action): void {
    if (action.do === 'quit') this.#end();
    else if (action.do === 'suspend') this.#screen.suspend();
    else void this.#kill(action.row, action.force);
  }

  async #kill({ target }: Row, force: boolean): Promise<void> {
    if (!target) return;
    const { pid, started } = target.process;
    this.#notify(`ending ${pid}`);
    try {
      const outcome = await this.#source.kill(pid, { force, started });
      this.#notify([killedLine(outcome), ...failureLines(outcome)].join('; '));
    } catch (error) {
      this.#notify(error instanceof Error ? error.message : String(error));
    }
  }

  #notify(notice: string): void {
    this.#state = { ...this.#state, notice };
    this.#draw();
  }

  #end(): void {
    this.#close();
    this.#resolve();
  }

  #fail(error: unknown): void {
    this.#close();
    this.#reject(error);
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#frames.close();
    this.#screen.close();
  }
}

/** The time until the next refresh; the first one, which takes longer, does not count. */
function intervalFor({ user, system }: NodeJS.CpuUsage): number {
  const wanted = (user + system) / 1000 / shareOfCpu;
  return Math.min(longestRefreshMs, Math.max(shortestRefreshMs, Math.round(wanted)));
}
