/** A terminal that only receives bytes, and its screen. */
import headless from '@xterm/headless';

export class Screen {
  readonly #terminal: InstanceType<typeof headless.Terminal>;

  constructor(columns = 80, rows = 24) {
    this.#terminal = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: 50_000,
      allowProposedApi: true,
    });
  }

  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(bytes, resolve));
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** The lines on the screen. */
  get lines(): string[] {
    const { active } = this.#terminal.buffer;
    return this.#linesFrom(active.baseY, this.#terminal.rows);
  }

  /** Including lines that have scrolled away, without empty ones at the end. */
  get everything(): string[] {
    const { active } = this.#terminal.buffer;
    const lines = this.#linesFrom(0, active.length);
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  get cursor(): { column: number; row: number } {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { column: cursorX, row: cursorY };
  }

  #linesFrom(first: number, count: number): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: count },
      (_, index) => active.getLine(first + index)?.translateToString(true) ?? '',
    );
  }
}
