/** Names the keys in terminal input. */

const named: Readonly<Record<string, string>> = {
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  '\u001b[C': 'right',
  '\u001bOC': 'right',
  '\u001b[D': 'left',
  '\u001bOD': 'left',
  '\u001b[H': 'home',
  '\u001bOH': 'home',
  '\u001b[1~': 'home',
  '\u001b[F': 'end',
  '\u001bOF': 'end',
  '\u001b[4~': 'end',
  '\u001b[5~': 'pageup',
  '\u001b[6~': 'pagedown',
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  ' ': 'space',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u001b': 'escape',
};

// A CSI sequence, an SS3 sequence, or a character.
const piece =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys send them
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001bO[ -~]|\u001b|./gsu;

/**
 * The keys in a chunk of input: a character names itself, `ctrl-c` a control character. Unknown
 * sequences are left out. A terminal sends a key in one chunk.
 */
export function keysIn(input: string): string[] {
  return [...input.matchAll(piece)].flatMap(([text]) => {
    const name = named[text];
    if (name !== undefined) return [name];
    if (text.startsWith('\u001b')) return [];
    const code = text.codePointAt(0) ?? 0;
    if (code >= 1 && code <= 26) return [`ctrl-${String.fromCharCode(code + 96)}`];
    return code < 32 ? [] : [text];
  });
}
