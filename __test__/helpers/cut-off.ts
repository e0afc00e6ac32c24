/**
 * Cleans up where a test file is cut off and its teardowns do not run: by ^C, by ava, which sends
 * SIGTERM to files that it does not wait for, or because ava itself is gone.
 */
import { constants } from 'node:os';

const undos = new Set<() => void>();

process.on('exit', () => {
  // The latest may be inside of the earliest.
  for (const undo of [...undos].reverse()) undo();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}
process.on('disconnect', () => process.exit(1));

/** Registers a cleanup for a file that is cut off. Returns a function that cancels it. */
export function ifCutOff(undo: () => void): () => void {
  undos.add(undo);
  return () => undos.delete(undo);
}
