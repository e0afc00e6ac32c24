/** The store, for commands that need one. */
import type { FoundConfig } from './config/config.js';
import { storeGiven } from './options.js';
import type { RawArguments } from './parse.js';
import { UsageError } from './usage-error.js';

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
