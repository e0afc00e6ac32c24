/** A command line as the store keeps it: redacted and bounded. */
import { redactedCommand } from '../../result/redact.js';

/** Also how much of a process's command line is read from /proc. */
const longestArgument = 4096;
const longestLine = 16 * longestArgument;
const more = '…';

export function storedCommand(command: readonly string[]): string[] {
  let length = 0;
  const kept: string[] = [];
  for (const word of command) {
    const cut = word.length > longestArgument ? `${word.slice(0, longestArgument)}${more}` : word;
    length += cut.length + 1;
    if (length > longestLine) {
      kept.push(more);
      break;
    }
    kept.push(cut);
  }
  return redactedCommand(kept);
}
