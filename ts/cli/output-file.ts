/** An output file, opened before the command starts and written after it has ended. */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  realpathSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { writeAll } from './write.js';

/** Appending keeps the old content until there is a result. */
const withoutTruncating = 'a';
const forAll = 0o666;

export class OutputFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #isNew: boolean;
  readonly #mode: number;

  /**
   * `mode` is that of a new file, before the umask.
   *
   * @throws when the file cannot be written
   */
  constructor(path: string, mode = forAll) {
    this.#path = resolve(path);
    this.#mode = mode;
    this.#isNew = !existsSync(this.#path);
    this.#fd = openSync(this.#path, withoutTruncating, mode);
  }

  get descriptor(): number {
    return this.#fd;
  }

  /** Replaces the content of the file; a failure leaves it empty, never half-written. */
  write(text: string): void {
    const fd = this.#isStillThere()
      ? this.#fd
      : openSync(this.#path, withoutTruncating, this.#mode);
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

  /** Closes it unwritten, and removes the file if it is new. */
  discard(): void {
    if (this.#isNew && this.#isStillThere()) unlinkSync(this.#path);
    closeSync(this.#fd);
  }

  /** A build may clear the folder that its result is to be written to. */
  #isStillThere(): boolean {
    const opened = fstatSync(this.#fd);
    const named = statSync(this.#path, { throwIfNoEntry: false });
    return named?.ino === opened.ino && named.dev === opened.dev;
  }
}

/** Equal for all paths to one file; undefined for what several can write to, such as a device. */
export function identity(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found) return found.isFile() ? `${found.dev} ${found.ino}` : undefined;
    return join(realpathSync(dirname(resolve(path))), basename(path));
  } catch {
    // Opening it will fail as well, and say why.
    return undefined;
  }
}
