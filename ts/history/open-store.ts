/** The public way to ask the store of runs. */
import * as z from 'zod/mini';
import { checked, path } from '../checked.js';
import { SystemError } from '../errors.js';
import { definedOnly } from '../native/defined-only.js';
import type { StoredRun } from '../result/stored-run.js';
import type { Result } from '../result/types.js';
import { storeFileIn } from './file.js';
import { resultsOf } from './results.js';
import { Store } from './store.js';

export interface StoreOptions {
  /**
   * The file of the store: a path or a `file:` URL. Default: that of `MEMTOP_STORE`, or the one in
   * the user's data folder.
   */
  file?: string | URL;
}

/** A filter for runs. An absent key matches all. */
export interface RunFilter {
  label?: string;
  /** Runs that were started then or later. */
  since?: Date;
  state?: 'running' | 'ended' | 'interrupted';
  /** Only the latest ones, and how many of them. */
  latest?: number;
}

/** A run of the store, without its result. */
export interface RunRecord extends Omit<StoredRun, 'process' | 'memtop'> {
  /** Pid of the command while it runs; absent where the run has several commands. */
  pid?: number;
}

/** An open store. Disposing of it closes it. */
export interface RunStore extends Disposable {
  readonly file: string;

  /**
   * The runs that pass the filter, oldest first.
   *
   * @throws InvalidOption
   * @throws StoreClosed
   * @throws SystemError when the store cannot be read
   */
  runs(filter?: RunFilter): RunRecord[];

  /**
   * The results of a run, oldest first: by its id, an unambiguous beginning of that, `last`, or a
   * label, which means all of its runs that have ended. Never none.
   *
   * @throws RunNotFound
   * @throws StoreClosed
   * @throws SystemError when the store cannot be read
   */
  results(reference: string): Result[];

  /** Closes the file. Safe to call again; nothing else may be called afterwards. */
  close(): void;
}

const storeOptions = z.strictObject({
  file: z.optional(path()),
});

const runFilter = z.strictObject({
  label: z.optional(z.string('must be a string')),
  since: z.optional(z.date('must be a valid Date')),
  state: z.optional(
    z.enum(['running', 'ended', 'interrupted'], 'must be one of running, ended, interrupted'),
  ),
  latest: z.optional(
    z
      .number('must be a whole number above 0')
      .check(z.int('must be a whole number above 0'), z.positive('must be a whole number above 0')),
  ),
});

/**
 * Opens the store that memtop records runs in.
 *
 * @throws InvalidOption
 * @throws SystemError when no run has been recorded yet, or the store cannot be used
 * @throws AddonUnavailable
 */
export function openStore(options: StoreOptions = {}): RunStore {
  const { file = storeFileIn(process.env) } = checked(storeOptions, options);
  if (file === undefined) {
    throw new SystemError('there is no store: it is switched off, or there is no home directory');
  }
  const store = Store.open(file);
  if (store.exposure) process.emitWarning(store.exposure, { type: 'MemtopWarning' });
  return {
    file,
    runs(filter = {}) {
      const { since, ...rest } = checked(runFilter, filter);
      const question = definedOnly({ ...rest, since: since?.toISOString() });
      return store.runs(question).map(runRecord);
    },
    results: (reference) => resultsOf(store, reference),
    close: () => store.close(),
    [Symbol.dispose]: () => store.close(),
  };
}

/** Of an ended run, the pid may be that of another process by now. */
function runRecord({ process, memtop: _, ...run }: StoredRun): RunRecord {
  return { ...run, ...(process && run.state === 'running' && { pid: process.pid }) };
}
