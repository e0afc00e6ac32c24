/** What must be written for a terminal to show other lines than before. */

/** Terminals that know them show what stands between all at once; the others leave them out. */
const beginFrame = '\u001b[?2026h';
const endFrame = '\u001b[?2026l';

/**
 * Both are whole screens, each line without its end and no wider than the screen. Nothing is to be
 * written where they are the same.
 */
export function repaint(before: readonly string[], after: readonly string[], rows: number): string {
  const changes: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const line = after[row] ?? '';
    if (before[row] === line) continue;
    // Erased first: behind a full line the cursor may stand on its last character.
    changes.push(`\u001b[${row + 1};1H\u001b[0m\u001b[K${line}\u001b[0m`);
  }
  // A line that fills its row must not go on in the next one, and the last must not scroll.
  return changes.length === 0
    ? ''
    : `${beginFrame}\u001b[?7l${changes.join('')}\u001b[?7h${endFrame}`;
}
