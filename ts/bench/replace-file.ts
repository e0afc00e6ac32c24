/** Replaces a file atomically, also when memtop is killed meanwhile. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';

export function replaceFile(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
