/** A command line as it is kept: without what looks like a secret, and not endless. */
import { redactedCommand } from '../../report/crash/redact.js';

/** As much as the kernel's own text of a process is read. */
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
