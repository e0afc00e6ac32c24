/** Text of others made fit for a terminal: names and command lines may hold anything. */

// C0 and C1 controls, and what reorders or hides the text around it.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The same text on one line, with `?` for what would not show as itself. */
export function plainText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(unsafe, '?');
}

/** Characters that take two columns of a terminal, and those that take none. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const without = /\p{Mn}|\p{Me}|\ufe0f/u;

/** Cut to so many columns, with an ellipsis where something is missing. */
export function fitted(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) return `${kept}…`;
    // What is kept leaves a column for the ellipsis.
    if (width < columns) kept += character;
  }
  return text;
}

/** How many columns a text of one line takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Filled up with spaces to so many columns, at the side that is free. */
export function padded(text: string, columns: number, at: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return at === 'left' ? text + spaces : spaces + text;
}

/** What shows where nothing but ASCII can. */
export function asAscii(text: string): string {
  return text.replaceAll('…', '~').replaceAll(/[^ -~]/gu, '?');
}

function columnsOf(character: string): number {
  if (character <= '~') return 1;
  if (without.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Broken between words into lines of at most so many columns; a longer word keeps its line. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let room = -1;
  for (const word of text.split(' ')) {
    const width = widthOf(word);
    if (width < room) {
      lines[lines.length - 1] += ` ${word}`;
      room -= width + 1;
    } else {
      lines.push(word);
      room = columns - width;
    }
  }
  return lines;
}
