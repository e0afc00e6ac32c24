/** Text of others made fit for a terminal: names and command lines may hold anything. */

// C0 and C1 controls, and what reorders or hides the text around it.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The same text on one line, with `?` for what would not show as itself. */
export function plainText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(unsafe, '?');
}

/** Cut to so many columns, with an ellipsis where something is missing. */
export function fitted(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

/** Broken between words into lines of at most so many columns; a longer word keeps its line. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
