/** The store as a source of results by name. */
import { existsSync } from 'node:fs';
import type { RunSource } from '../compare/source.js';
import { MemtopError, RunNotFound, UnusableResult } from '../errors.js';
import { resultsOf } from './results.js';
import { Store } from './store.js';

export function storedIn(file: string): RunSource {
  return {
    async resultsOf(reference) {
      if (!existsSync(file)) return [];
      try {
        using store = Store.open(file);
        return resultsOf(store, reference);
      } catch (error) {
        if (error instanceof RunNotFound) return [];
        if (error instanceof MemtopError) throw new UnusableResult(error.message);
        throw error;
      }
    },
    lookedAt: () => [`a run or a label in ${file}`],
  };
}
