/** Shows a run over the whole terminal: each task with a terminal of its own. */
import { createElement } from 'react';
import { groupsOf, type SizedProcess } from '../machine/groups.js';
import { rowsOf } from '../machine/rows.js';
import { columnsOf, heading, rowText } from '../machine/text.js';
import type { Shown } from '../parts/cells.js';
import { Frames, type WindowSize } from '../terminal/frames.js';
import { FullScreen } from '../terminal/full-screen.js';
import { keysIn } from '../terminal/keys.js';
import { pressed } from './keys.js';
import { type Action, initial, type State } from './state.js';
import { TaskScreen } from './task-screen.js';
import { Full, type FullTask, layoutIn } from './view.js';

/** The run that is shown, and what the view can do to it. */
export interface WatchedRun {
  title(): string;
  /** In order of start. */
  tasks(): FullTask[];
  processesOf(id: string): Promise<readonly SizedProcess[]>;
  type(id: string, bytes: Uint8Array): void;
  resize(id: string, size: WindowSize): void;
  end(id: string): void;
}

const refreshMs = 100;
const processRefreshMs = 1_000;
const releaseKey = '\u001d';

export class FullView {
  readonly #source: WatchedRun;
  readonly #shown: Shown;
  readonly #frames = new Frames();
  readonly #screens = new Map<string, TaskScreen>();
  readonly #screen: FullScreen;
  readonly #timers: NodeJS.Timeout[];
  #state: State = initial;
  #tasks: FullTask[] = [];
  #processes: readonly SizedProcess[] = [];
  #leave: (() => void) | undefined;

  constructor(source: WatchedRun, shown: Shown) {
    this.#source = source;
    this.#shown = shown;
    this.#screen = new FullScreen(
      { input: (text) => this.#handleInput(text), resized: () => this.#resized() },
      // Signals are for the command.
      { takesSignals: false },
    );
    this.#timers = [
      setInterval(() => this.#refresh(), refreshMs),
      setInterval(() => void this.#refreshProcesses(), processRefreshMs),
    ];
    this.#refresh();
  }

  /** The size of the terminal of each task. */
  get taskSize(): WindowSize {
    return layoutIn(this.#screen.size, this.#source.tasks().length).terminal;
  }

  take(id: string, bytes: Uint8Array): void {
    this.#screenOf(id).take(bytes);
  }

  /** Ends the view after the run: when the user leaves, or at once if it does not wait. */
  async finish(waits: boolean): Promise<void> {
    if (waits) {
      await new Promise<void>((resolve) => {
        this.#leave = resolve;
        this.#state = { ...this.#state, isTyping: false };
        this.#refresh();
      });
    }
    await Promise.all([...this.#screens.values()].map((screen) => screen.settled()));
    this.close();
  }

  /** The output of a task, as far as it is kept. */
  text(id: string): string[] {
    return this.#screens.get(id)?.text ?? [];
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#frames.close();
    this.#screen.close();
  }

  #screenOf(id: string): TaskScreen {
    const known = this.#screens.get(id);
    if (known) return known;
    const { columns, rows } = this.taskSize;
    const screen = new TaskScreen(columns, rows, (text) =>
      this.#source.type(id, Buffer.from(text)),
    );
    this.#screens.set(id, screen);
    return screen;
  }

  get #selected(): FullTask | undefined {
    return this.#tasks[this.#state.selected];
  }

  #refresh(): void {
    if (!this.#state.isPaused) this.#arrange();
    this.#draw();
  }

  #arrange(): void {
    const wanted = this.#state.search.toLowerCase();
    const tasks = this.#source.tasks().filter(({ id }) => id.toLowerCase().includes(wanted));
    if (this.#state.order === 'memory') tasks.sort((a, b) => b.peakBytes - a.peakBytes);
    this.#tasks = tasks;
  }

  #draw(): void {
    const { size } = this.#screen;
    const selected = this.#selected;
    const layout = layoutIn(size, this.#tasks.length);
    const screen = selected && this.#screens.get(selected.id);
    const element = createElement(Full, {
      state: this.#state,
      tasks: this.#tasks,
      title: this.#source.title(),
      lines: this.#state.isTree
        ? this.#tree(layout.terminal.columns)
        : (screen?.lines(this.#shown) ?? []),
      above: screen?.above ?? 0,
      isOver: this.#leave !== undefined,
      size,
      shown: this.#shown,
    });
    this.#screen.show(this.#frames.of(element, size));
  }

  #tree(columns: number): string[] {
    const groups = groupsOf(this.#processes, () => undefined, 'memory');
    const rows = rowsOf(groups, new Set(groups.map(({ key }) => key)), '');
    const places = columnsOf(columns);
    const texts = rows.filter(({ isGroup, canOpen }) => !(isGroup && canOpen));
    return [
      heading('MEMORY', places, this.#shown),
      ...texts.map((row) => rowText(row, [], places, this.#shown)),
    ].map(({ figures, trend, lead, name }) => `${figures}${trend}${lead}${name}`);
  }

  async #refreshProcesses(): Promise<void> {
    const selected = this.#selected;
    if (!this.#state.isTree || this.#state.isPaused || !selected) return;
    try {
      this.#processes = await this.#source.processesOf(selected.id);
    } catch (error) {
      this.#state = { ...this.#state, notice: error instanceof Error ? error.message : `${error}` };
    }
  }

  #handleInput(text: string): void {
    const own = this.#state.isTyping ? this.#passOn(text) : text;
    for (const key of keysIn(own)) {
      const next = pressed(this.#state, key, {
        taskCount: this.#tasks.length,
        height: Math.max(1, this.taskSize.rows - 1),
        isOver: this.#leave !== undefined,
      });
      this.#state = next.state;
      if (next.action) this.#act(next.action);
    }
    this.#arrange();
    void this.#refreshProcesses();
    this.#draw();
  }

  /** Passes input on to the task, and returns what is left for the view. */
  #passOn(text: string): string {
    const selected = this.#selected;
    const end = text.indexOf(releaseKey);
    const typed = end < 0 ? text : text.slice(0, end);
    if (selected && typed !== '') this.#source.type(selected.id, Buffer.from(typed));
    if (end < 0) return '';
    this.#state = { ...this.#state, isTyping: false };
    return text.slice(end + 1);
  }

  #act(action: Action): void {
    const selected = this.#selected;
    if (action.do === 'leave') this.#leave?.();
    else if (action.do === 'end' && selected) this.#source.end(selected.id);
    else if (action.do === 'scroll' && selected) this.#screenOf(selected.id).scroll(action.lines);
  }

  #resized(): void {
    const size = this.taskSize;
    for (const [id, screen] of this.#screens) {
      screen.resize(size.columns, size.rows);
      this.#source.resize(id, size);
    }
    this.#draw();
  }
}
