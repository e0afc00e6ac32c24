/** Writes a file that is whole at any time, also when memtop is killed while it writes. */
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
