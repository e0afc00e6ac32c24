/** Lays out frames with Ink, and returns their lines instead of writing them to a terminal. */
import { EventEmitter } from 'node:events';
import { render } from 'ink';
import type { ReactElement } from 'react';

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

export class Frames {
  readonly #sheet = Object.assign(new EventEmitter(), {
    columns: 80,
    rows: 24,
    isTTY: true,
    write: (text: string) => {
      this.#text = text;
      return true;
    },
  });
  #text = '';
  #ink: ReturnType<typeof render> | undefined;

  /** The lines of one frame. */
  of(element: ReactElement, { columns, rows }: WindowSize): string[] {
    if (this.#sheet.columns !== columns || this.#sheet.rows !== rows) this.close();
    this.#sheet.columns = columns;
    this.#sheet.rows = rows;
    if (this.#ink) this.#ink.rerender(element);
    else this.#ink = this.#begin(element);
    return this.#text.split('\n').slice(0, rows);
  }

  close(): void {
    this.#ink?.unmount();
    this.#ink = undefined;
  }

  #begin(element: ReactElement): ReturnType<typeof render> {
    return render(element, {
      stdout: this.#sheet as unknown as NodeJS.WriteStream,
      // Makes each update one write of the whole frame.
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
  }
}
