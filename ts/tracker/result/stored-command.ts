/** A command line as the store keeps it: redacted and bounded. */
import { redactedCommand } from '../../report/crash/redact.js';

/** Also how much of a process's command line is read from /proc. */
const longestWord = 4096;
const longestLine = 16 * longestWord;
const more = '…';

export function storedCommand(command: readonly string[]): string[] {
  let length = 0;
  const kept: string[] = [];
  for (const word of command) {
    const cut = word.length > longestWord ? `${word.slice(0, longestWord)}${more}` : word;
    length += cut.length + 1;
    if (length > longestLine) {
      kept.push(more);
      break;
    }
    kept.push(cut);
  }
  return redactedCommand(kept);
}
