/**
 * A folder held open, so that operations on it are not affected by changes to its path. Node has no
 * openat(2): a path through /proc/self/fd leads to the opened folder itself, and only one more name
 * is looked up from there. See proc_pid_fd(5).
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

export class OpenFolder {
  readonly #fd: number;
  /** Which mount it is on; a bind mount of the same file system has another. */
  readonly mount: string;

  private constructor(path: string | Buffer) {
    this.#fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      this.mount = mountOf(this.#fd);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** @throws unless it is a folder and no link */
  static at(path: string): OpenFolder {
    return new OpenFolder(path);
  }

  /** @throws unless it is a folder and no link */
  folder(name: Buffer): OpenFolder {
    return new OpenFolder(this.#pathOf(name));
  }

  names(): Buffer[] {
    return readdirSync(`/proc/self/fd/${this.#fd}/`, { encoding: 'buffer' });
  }

  /** Does not follow links. Undefined where the name does not exist. */
  stat(name: Buffer): BigIntStats | undefined {
    return lstatSync(this.#pathOf(name), { bigint: true, throwIfNoEntry: false });
  }

  /** Removes a link itself, never its target. */
  unlink(name: Buffer): void {
    unlinkSync(this.#pathOf(name));
  }

  rmdir(name: Buffer): void {
    rmdirSync(this.#pathOf(name));
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #pathOf(name: Buffer): Buffer {
    if (name.length === 0 || name.includes('/') || name.equals(dot) || name.equals(dots)) {
      throw new Error(`${JSON.stringify(name.toString())} is not one name`);
    }
    return Buffer.concat([Buffer.from(`/proc/self/fd/${this.#fd}/`), name]);
  }
}

const [dot, dots] = [Buffer.from('.'), Buffer.from('..')];

function mountOf(fd: number): string {
  const [, mount] = /^mnt_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
  if (mount === undefined) throw new Error('/proc does not say which mount a folder is on');
  return mount;
}
