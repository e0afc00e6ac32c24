/** The output folder of a bench, and the files in it. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { messageOf } from '../errors.js';
import { ownerOnly } from '../owner-only.js';
import { replaceFile } from '../replace-file.js';
import { resultJson } from '../report/json.js';
import { logFileName, resultFileName, timelineFileName } from '../result/file-name.js';
import type { Result } from '../result/types.js';
import { Timelines } from './timelines.js';

const ownName = '.memtop';
const newline = 0x0a;
/** Enough for the error at the end of a failed build. */
const longestTail = 256 * 1024;

export class Artifacts {
  readonly folder: string;
  readonly logFile: string;
  readonly resultFile: string;
  readonly timelines: Timelines;
  readonly #log: number;
  readonly #stored: (result: Result) => Result;

  /**
   * `stored` makes of a result what is stored of it.
   *
   * @throws where nothing can be written there
   */
  constructor(folder: string, label: string, stored = (result: Result) => result) {
    this.#stored = stored;
    this.folder = resolve(folder);
    const isNew = mkdirSync(this.folder, { recursive: true }) !== undefined;
    if (isNew || basename(this.folder) === ownName) this.#ignoreItself();
    this.logFile = join(this.folder, logFileName(label));
    this.resultFile = join(this.folder, resultFileName(label));
    this.timelines = new Timelines(join(this.folder, timelineFileName(label)));
    this.#log = openSync(this.logFile, 'w+');
  }

  get descriptor(): number {
    return this.#log;
  }

  /** Whether standard output ends in the middle of a line. */
  isMidLine = false;

  /** Why the log is not complete. */
  logProblem: string | undefined;

  /** Appends the output of the command to the log, unchanged. */
  readonly log = (piece: Uint8Array, stream: 'stdout' | 'stderr'): void => {
    if (stream === 'stdout') this.isMidLine = piece.at(-1) !== newline;
    if (this.logProblem !== undefined) return;
    try {
      for (let rest = piece; rest.length > 0; ) rest = rest.subarray(writeSync(this.#log, rest));
    } catch (error) {
      this.logProblem = messageOf(error);
    }
  };

  /** The end of the log. */
  tail(): string {
    const size = statSync(this.logFile).size;
    const bytes = Buffer.alloc(Math.min(size, longestTail));
    const length = readSync(this.#log, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, length);
  }

  /** The file system's time, to compare files with: its clock is coarser than ours. */
  now(): bigint {
    const file = join(this.folder, `.now-${process.pid}`);
    writeFileSync(file, '');
    try {
      return statSync(file, { bigint: true }).ctimeNs;
    } finally {
      rmSync(file, { force: true });
    }
  }

  write(result: Result): void {
    replaceFile(this.resultFile, resultJson(this.#stored(result)), ownerOnly);
    this.timelines.show(result.run.id);
  }

  [Symbol.dispose](): void {
    closeSync(this.#log);
    this.timelines[Symbol.dispose]();
  }

  /** Not for an existing folder with another name, which may hold files for git. */
  #ignoreItself(): void {
    const file = join(this.folder, '.gitignore');
    if (!existsSync(file)) writeFileSync(file, '*\n');
  }
}
