/** The timeline file of a bench: of the current run, and in the end of the run that is shown. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../replace-file.js';
import { samplesHeader } from '../report/csv.js';

/** Followed by the pid of the memtop that puts timelines aside there. */
const asidePrefix = '.timelines-';

export class Timelines {
  readonly file: string;
  /** The id of the run in the file, once that run has ended and counts. */
  #shown: string | undefined;
  readonly #aside: string;

  constructor(file: string) {
    this.file = file;
    this.#aside = join(dirname(file), `${asidePrefix}${process.pid}`);
    removeLeftovers(dirname(file));
  }

  /** Starts the file anew for the next run. */
  begin(): void {
    this.#putAside();
    replaceFile(this.file, samplesHeader);
  }

  /** The run in the file has ended, with this id. */
  end(id: string): void {
    this.#shown = id;
  }

  /** Puts the timeline of an ended run into the file. */
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

/** Removes what killed memtops left behind. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.startsWith(asidePrefix))) {
    if (existsSync(`/proc/${name.slice(asidePrefix.length)}`)) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}
