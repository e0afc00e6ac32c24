/** A file that is opened before the command starts and written after it has ended. */
import { closeSync, fstatSync, ftruncateSync, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeAll } from './write.js';

/** Opens for appending: what the file holds stays until there is something better. */
const withoutTruncating = 'a';

export class OutputFile {
  readonly #path: string;
  readonly #fd: number;

  /** @throws when the file cannot be written */
  constructor(path: string) {
    this.#path = resolve(path);
    this.#fd = openSync(this.#path, withoutTruncating);
  }

  get descriptor(): number {
    return this.#fd;
  }

  /** Replaces what the file holds; a failure leaves it empty, never half-written. */
  write(text: string): void {
    const fd = this.#isStillThere() ? this.#fd : openSync(this.#path, withoutTruncating);
    const isFile = fstatSync(fd).isFile();
    try {
      if (isFile) ftruncateSync(fd);
      writeAll(fd, text);
    } catch (error) {
      if (isFile) ftruncateSync(fd);
      throw error;
    } finally {
      if (fd !== this.#fd) closeSync(fd);
      closeSync(this.#fd);
    }
  }

  /** A build may clear the folder that its result is to be written to. */
  #isStillThere(): boolean {
    const opened = fstatSync(this.#fd);
    const named = statSync(this.#path, { throwIfNoEntry: false });
    return named?.ino === opened.ino && named.dev === opened.dev;
  }
}
