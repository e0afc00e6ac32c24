/**
 * What is undone where a test file is cut off, so that its teardowns do not run: by ^C, by ava, which
 * ends with SIGTERM what it does not wait for, or because ava itself is gone.
 */
import { constants } from 'node:os';

const undos = new Set<() => void>();

process.on('exit', () => {
  // What was made last may be in what was made first.
  for (const undo of [...undos].reverse()) undo();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}
process.on('disconnect', () => process.exit(1));

/** Has something undone where the file is cut off before. Returns what calls it off. */
export function ifCutOff(undo: () => void): () => void {
  undos.add(undo);
  return () => undos.delete(undo);
}
