/** Repaints a terminal by writing only the lines that have changed. */

/** Synchronized output: terminals that support it show a frame at once; others ignore it. */
const beginFrame = '\u001b[?2026h';
const endFrame = '\u001b[?2026l';

/**
 * What to write to get from one frame to the next; empty if they are equal. Lines have no line ends
 * and are no wider than the screen.
 */
export function repaint(before: readonly string[], after: readonly string[], rows: number): string {
  const changes: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const line = after[row] ?? '';
    if (before[row] === line) continue;
    // Erased first: after a full line the cursor may still be on its last character.
    changes.push(`\u001b[${row + 1};1H\u001b[0m\u001b[K${line}\u001b[0m`);
  }
  // Without autowrap, so that a full line does not wrap and the last one does not scroll.
  return changes.length === 0
    ? ''
    : `${beginFrame}\u001b[?7l${changes.join('')}\u001b[?7h${endFrame}`;
}
