/** The terminal of a task, which emulates a screen from its output. */
import headless from '@xterm/headless';
import type { Shown } from '../parts/cells.js';

const keptLines = 5_000;

export class TaskScreen {
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  /** Lines scrolled up from the end. */
  #above = 0;

  constructor(columns: number, rows: number, onAnswer: (text: string) => void) {
    this.#terminal = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: keptLines,
      allowProposedApi: true,
    });
    // The emulator answers queries of programs.
    this.#terminal.onData(onAnswer);
  }

  take(bytes: Uint8Array): void {
    this.#terminal.write(bytes);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  scroll(lines: number): void {
    const { baseY } = this.#terminal.buffer.active;
    this.#above = Math.min(baseY, Math.max(0, this.#above + lines));
  }

  get above(): number {
    return this.#above;
  }

  /** The visible lines, with their colours if colours are shown. */
  lines({ isColoured }: Pick<Shown, 'isColoured'>): string[] {
    const { active } = this.#terminal.buffer;
    const first = active.baseY - Math.min(this.#above, active.baseY);
    return Array.from({ length: this.#terminal.rows }, (_, row) => {
      const line = active.getLine(first + row);
      if (!line) return '';
      return isColoured ? colouredLine(line) : line.translateToString(true);
    });
  }

  /** The kept lines as text. */
  get text(): string[] {
    const { normal } = this.#terminal.buffer;
    const lines = Array.from(
      { length: normal.length },
      (_, row) => normal.getLine(row)?.translateToString(true) ?? '',
    );
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Resolves when all bytes are on the screen. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#terminal.write('', resolve));
  }

  close(): void {
    this.#terminal.dispose();
  }
}

type Terminal = InstanceType<typeof headless.Terminal>;
type Line = NonNullable<ReturnType<Terminal['buffer']['active']['getLine']>>;
type Cell = NonNullable<ReturnType<Line['getCell']>>;

function colouredLine(line: Line): string {
  let text = '';
  let style = '';
  let length = 0;
  for (let column = 0; column < line.length; column += 1) {
    const cell = line.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const wanted = styleOf(cell);
    if (wanted !== style) {
      text += `\u001b[0m${wanted === '' ? '' : `\u001b[${wanted}m`}`;
      style = wanted;
    }
    text += cell.getChars() || ' ';
    if (cell.getChars() !== '' || wanted !== '') length = text.length;
  }
  const shown = text.slice(0, length);
  return style === '' ? shown : `${shown}\u001b[0m`;
}

function styleOf(cell: Cell): string {
  const codes = [
    ...(cell.isBold() ? ['1'] : []),
    ...(cell.isDim() ? ['2'] : []),
    ...(cell.isItalic() ? ['3'] : []),
    ...(cell.isUnderline() ? ['4'] : []),
    ...(cell.isInverse() ? ['7'] : []),
    ...colourOf(cell.getFgColor(), cell.isFgPalette(), cell.isFgRGB(), 38),
    ...colourOf(cell.getBgColor(), cell.isBgPalette(), cell.isBgRGB(), 48),
  ];
  return codes.join(';');
}

function colourOf(colour: number, isPalette: boolean, isRgb: boolean, code: number): string[] {
  if (isPalette) return [`${code};5;${colour}`];
  if (isRgb) return [`${code};2;${colour >> 16};${(colour >> 8) & 255};${colour & 255}`];
  return [];
}
