/**
 * Writing to descriptors without Node's streams, which would make them non-blocking for the
 * command as well: the two share them.
 */
import { fstatSync, writeSync } from 'node:fs';
import { messageOf } from '../errors.js';

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of it, and waits for a slow reader. */
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

/** Routes messages through a view that owns the terminal; it returns false where it cannot. */
export function routeMessages(to: typeof route): void {
  route = to;
}

/** Prints a message on standard error. A failure to write is ignored. */
export function say(text: string): void {
  if (route?.(text)) return;
  try {
    writeAll(2, `${text}\n`);
  } catch {
    // The exit code still says what happened.
  }
}

/** Standard output cannot be written. */
class OutputError extends Error {
  override readonly name = 'OutputError';
}

/**
 * Prints lines on standard output. A closed pipe is not an error.
 *
 * @throws OutputError
 */
export function print(lines: readonly string[]): void {
  printText(lines.map((line) => `${line}\n`).join(''));
}

/**
 * Prints text on standard output, without adding a newline.
 *
 * @returns whether the reader is still there
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

const names = { 1: 'standard output', 2: 'standard error' } as const;
const lost = new Set<number>();

/**
 * Passes on what a command has written. Where that is not possible it is lost, with one warning for
 * each descriptor. A closed pipe is not an error.
 */
export function passOn(fd: 1 | 2, text: string | Uint8Array): void {
  try {
    writeAll(fd, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE' || lost.has(fd)) return;
    lost.add(fd);
    say(`memtop: warning: ${names[fd]} cannot be written: ${messageOf(error)}`);
  }
}

/** The width of the terminal on this descriptor; undefined without a terminal. */
export function terminalColumns(fd: 1 | 2 = 2): number | undefined {
  try {
    // process.stdout loads Node's network modules, so only where there may be a terminal.
    if (!fstatSync(fd).isCharacterDevice()) return undefined;
    return (fd === 1 ? process.stdout : process.stderr).columns || undefined;
  } catch {
    return undefined;
  }
}
