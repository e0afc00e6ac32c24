/** The courses of the runs of a bench: of the one that is running, and in the end of the one that is shown. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../replace-file.js';
import { samplesHeader } from '../report/csv.js';

/** With the pid of the memtop whose courses are put aside there. */
const asidePrefix = '.timelines-';

export class Timelines {
  readonly file: string;
  /** Whose course is in the file, once that run is over and counts. */
  #shown: string | undefined;
  readonly #aside: string;

  constructor(file: string) {
    this.file = file;
    this.#aside = join(dirname(file), `${asidePrefix}${process.pid}`);
    removeLeftovers(dirname(file));
  }

  /** The file is that of a run that is about to start. */
  begin(): void {
    this.#putAside();
    replaceFile(this.file, samplesHeader);
  }

  /** The run with this id has had it. */
  end(id: string): void {
    this.#shown = id;
  }

  /** The file is that of a run that has ended. */
  show(id: string): void {
    if (id === this.#shown) return;
    this.#putAside();
    renameSync(this.#placeOf(id), this.file);
    this.#shown = id;
  }

  [Symbol.dispose](): void {
    rmSync(this.#aside, { recursive: true, force: true });
  }

  #putAside(): void {
    if (this.#shown !== undefined) renameSync(this.file, this.#placeOf(this.#shown));
    this.#shown = undefined;
  }

  #placeOf(id: string): string {
    mkdirSync(this.#aside, { recursive: true });
    return join(this.#aside, `${id}.csv`);
  }
}

/** What memtops have left behind that were killed. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.startsWith(asidePrefix))) {
    if (existsSync(`/proc/${name.slice(asidePrefix.length)}`)) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}
