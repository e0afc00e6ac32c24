/** Replaces a file as a whole: a reader finds the old content or the new one, never a part. */
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** `mode` is the file's, whatever the umask; without it the umask decides. */
export function replaceFile(file: string, content: string | Uint8Array, mode?: number): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, content, { mode });
    if (mode !== undefined) chmodSync(draft, mode);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
