/** Takes over the whole terminal for a view, and restores it however memtop ends. */
import { writeSync } from 'node:fs';
import type { WindowSize } from './frames.js';
import { repaint } from './paint.js';

const enter = '\u001b[?1049h\u001b[?25l\u001b[2J\u001b[H';
const leave = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
const fatal = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

export interface ScreenListeners {
  input(text: string): void;
  resized(): void;
}

export class FullScreen {
  readonly #listeners: ScreenListeners;
  #shown: readonly string[] = [];
  #isEntered = false;

  constructor(listeners: ScreenListeners, { takesSignals }: { takesSignals: boolean }) {
    this.#listeners = listeners;
    if (takesSignals) {
      process.on('SIGCONT', this.#continued);
      for (const signal of fatal) process.on(signal, this.#die);
    }
    process.on('exit', this.#leave);
    process.stdin.on('data', this.#typed);
    process.stdin.on('end', this.#gone);
    process.stdin.on('error', this.#gone);
    process.stdout.on('error', this.#gone);
    process.stdout.on('resize', this.#resized);
    this.#enter();
  }

  get size(): WindowSize {
    const { columns, rows } = process.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  }

  show(lines: readonly string[]): void {
    // A slow terminal skips frames.
    if (!this.#isEntered || process.stdout.writableNeedDrain) return;
    const text = repaint(this.#shown, lines, this.size.rows);
    this.#shown = lines;
    if (text !== '') process.stdout.write(text);
  }

  /** Suspends memtop, as ^Z does in a shell. */
  suspend(): void {
    this.#leave();
    process.kill(process.pid, 'SIGTSTP');
  }

  close(): void {
    this.#leave();
    process.off('exit', this.#leave);
    process.off('SIGCONT', this.#continued);
    for (const signal of fatal) process.off(signal, this.#die);
    process.stdin.off('data', this.#typed);
    process.stdin.off('end', this.#gone);
    process.stdin.off('error', this.#gone);
    process.stdin.pause();
    process.stdout.off('error', this.#gone);
    process.stdout.off('resize', this.#resized);
  }

  #enter(): void {
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(enter);
    this.#shown = [];
    this.#isEntered = true;
  }

  readonly #leave = (): void => {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    try {
      process.stdin.setRawMode(false);
      // Synchronous, as Node may be about to exit.
      writeSync(1, leave);
    } catch {
      // The terminal is gone, so there is nothing to restore.
    }
  };

  readonly #continued = (): void => {
    if (this.#isEntered) this.#leave();
    this.#enter();
    this.#listeners.resized();
  };

  readonly #die = (signal: NodeJS.Signals): void => {
    this.close();
    process.kill(process.pid, signal);
  };

  readonly #gone = (): void => {
    this.close();
    process.exit(129);
  };

  readonly #typed = (input: Buffer): void => {
    this.#listeners.input(input.toString());
  };

  readonly #resized = (): void => {
    this.#shown = [];
    process.stdout.write('\u001b[2J');
    this.#listeners.resized();
  };
}
