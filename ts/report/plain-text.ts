/** Makes untrusted text, such as names and command lines, safe for a terminal. */

// C0 and C1 controls, and characters that reorder or hide text.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** On one line, with `?` in place of control and formatting characters. */
export function plainText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(unsafe, '?');
}

/** Characters that are two columns wide, and those that take no column. */
const wide = new RegExp(
  '[\\u1100-\\u115f\\u2e80-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f' +
    '\\uff01-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}]|\\p{Emoji_Presentation}',
  'u',
);
const without = /\p{Mn}|\p{Me}|\ufe0f/u;

/** Cut to the given width, with an ellipsis if something is missing. */
export function fitted(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) return `${kept}…`;
    // Leaves a column for the ellipsis.
    if (width < columns) kept += character;
  }
  return text;
}

/** The width of a line of text in columns. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Padded with spaces to the given width; `at` is where the text stands. */
export function padded(text: string, columns: number, at: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return at === 'left' ? text + spaces : spaces + text;
}

/** With `~` for an ellipsis and `?` for anything else beyond ASCII. */
export function asAscii(text: string): string {
  return text.replaceAll('…', '~').replaceAll(/[^ -~]/gu, '?');
}

function columnsOf(character: string): number {
  if (character <= '~') return 1;
  if (without.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Wrapped between words to the given width; a longer word keeps a line of its own. */
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
