/** A store of a test's own. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { Store } from '../../ts/history/store.js';
import type { StoredRun } from '../../ts/result/stored-run.js';
import { temporaryFolder } from './folder.js';
import { type Finished, memtop } from './processes.js';

export interface OwnStore {
  readonly file: string;
  /** The environment of a memtop that uses the store. */
  readonly env: { readonly MEMTOP_STORE: string };
  /** Runs memtop with it. */
  memtop(...args: string[]): Promise<Finished>;
  runs(): StoredRun[];
}

export function ownStore(t: ExecutionContext): OwnStore {
  const file = join(temporaryFolder(t), 'runs.db');
  const env = { MEMTOP_STORE: file };
  return {
    file,
    env,
    memtop: (...args) => memtop(args, { env }),
    runs: () => Store.open(file).runs(),
  };
}

/** A made-up run; each number is a minute later. */
export function madeUpRun(number: number, run: Partial<StoredRun> = {}): StoredRun {
  const at = new Date(Date.UTC(2026, 0, 1, 0, number));
  return {
    id: `20260101-${at.toISOString().slice(11, 19).replaceAll(':', '')}-00000a`,
    command: ['make', '-j4'],
    startedAt: at.toISOString(),
    state: 'ended',
    durationMs: 2500,
    exit: { code: 0, signal: null, cause: 'exit' },
    peakBytes: 100 * 1024 * 1024,
    ...run,
  };
}
