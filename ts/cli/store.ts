/** The store, for commands that need one. */
import { Store } from '../history/store.js';
import type { FoundConfig } from './config/config.js';
import { storeGiven } from './options.js';
import type { RawArguments } from './parse.js';
import { UsageError } from './usage-error.js';
import { say } from './write.js';

/** @throws UsageError */
export function requiredStore(
  raw: RawArguments,
  environment: Record<string, string | undefined>,
  config?: FoundConfig,
): string {
  const file = storeGiven(raw, environment, config);
  if (file !== undefined) return file;
  throw new UsageError(
    'there is no store: it is switched off, or there is no home directory; name one with --store',
  );
}

/**
 * Opens an existing store.
 *
 * @throws what `Store.open()` throws
 */
export function openedStore(file: string): Store {
  return warned(Store.open(file));
}

/** Prints a warning if other users have access to it. */
export function warned(store: Store): Store {
  if (store.exposure) say(`memtop: warning: ${store.exposure}`);
  return store;
}
