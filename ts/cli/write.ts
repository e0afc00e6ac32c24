/**
 * Writing to descriptors without Node's streams, which would make them non-blocking for the
 * command as well: the two share them.
 */
import { fstatSync, writeSync } from 'node:fs';
import { messageOf } from '../errors.js';

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of it, waiting where the reader is slow. */
export function writeAll(fd: number, text: string | Uint8Array): void {
  let rest: Uint8Array = typeof text === 'string' ? Buffer.from(text) : text;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}

let route: ((text: string) => boolean) | undefined;

/** Has somebody else say it who knows what else is on the terminal; `false` where it cannot. */
export function sayBy(other: typeof route): void {
  route = other;
}

/** Says something on standard error. Where nobody can hear it, nothing is to be done. */
export function say(text: string): void {
  if (route?.(text)) return;
  try {
    writeAll(2, `${text}\n`);
  } catch {
    // The exit code still tells.
  }
}

/** Standard output takes nothing more. */
class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** By name, as `isUsageError`. */
export function isOutputError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'OutputError';
}

/**
 * Prints lines on standard output. A reader that has gone away has had enough.
 *
 * @throws OutputError
 */
export function print(lines: readonly string[]): void {
  printText(lines.map((line) => `${line}\n`).join(''));
}

/**
 * The same with a text as it is.
 *
 * @returns whether anybody reads it
 * @throws OutputError
 */
export function printText(text: string): boolean {
  try {
    writeAll(1, text);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return false;
    throw new OutputError(`standard output cannot be written: ${messageOf(error)}`);
  }
}

/** How wide the terminal on this descriptor is; undefined where there is none. */
export function terminalColumns(fd: 1 | 2 = 2): number | undefined {
  try {
    // Asking Node loads its network modules, so only where there may be a terminal.
    if (!fstatSync(fd).isCharacterDevice()) return undefined;
    return (fd === 1 ? process.stdout : process.stderr).columns || undefined;
  } catch {
    return undefined;
  }
}
