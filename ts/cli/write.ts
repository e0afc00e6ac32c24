/**
 * Writing to descriptors without Node's streams, which would make them non-blocking for the
 * command as well: the two share them.
 */
import { fstatSync, writeSync } from 'node:fs';

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of it, waiting where the reader is slow. */
export function writeAll(fd: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}

/** Says something on standard error. Where nobody can hear it, nothing is to be done. */
export function say(text: string): void {
  try {
    writeAll(2, `${text}\n`);
  } catch {
    // The exit code still tells.
  }
}

/** How wide the terminal on standard error is; undefined where there is none. */
export function terminalColumns(): number | undefined {
  try {
    // Asking Node loads its network modules, so only where there may be a terminal.
    return fstatSync(2).isCharacterDevice() ? process.stderr.columns || undefined : undefined;
  } catch {
    return undefined;
  }
}
