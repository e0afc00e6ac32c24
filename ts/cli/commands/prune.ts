/** `memtop prune`: removes runs from the store. */
import { MemtopError } from '../../errors.js';
import { formatBytes } from '../../report/bytes.js';
import { foundConfig } from '../config/config.js';
import { exitCodes } from '../exit-code.js';
import { keep, maxSize, olderThan, store as storeFlag } from '../flags/history.js';
import { valueGiven } from '../options.js';
import { refusePositionals } from '../positionals.js';
import { openedStore, requiredStore } from '../store.js';
import { UsageError } from '../usage-error.js';
import { print, say } from '../write.js';
import type { Command } from './command.js';

export const prune: Command = {
  usage: '[options]',
  about:
    'Removes runs from the store by age, by number or by the size of the store, and\n' +
    'frees the space. Runs in progress are kept.',
  flags: [olderThan, keep, maxSize, storeFlag],
  examples: ['memtop prune --older-than 90d', 'memtop prune --keep 1000 --max-size 100M'],
  async run(raw, environment) {
    refusePositionals(raw, 'prune', 'choose runs by --older-than, --keep or --max-size');
    const age = valueGiven(olderThan, raw, environment);
    const count = valueGiven(keep, raw, environment);
    const mostBytes = valueGiven(maxSize, raw, environment);
    if (age === undefined && count === undefined && mostBytes === undefined) {
      throw new UsageError('prune needs --older-than DURATION, --keep N or --max-size SIZE');
    }
    const file = requiredStore(raw, environment, await foundConfig());
    try {
      const { removed, left, bytesBefore, bytesAfter } = openedStore(file).prune({
        ...(age !== undefined && { before: new Date(Date.now() - age).toISOString() }),
        ...(count !== undefined && { keep: count }),
        ...(mostBytes !== undefined && { mostBytes }),
      });
      print([
        `removed ${removed} of ${removed + left} runs; ` +
          `${formatBytes(bytesBefore)} before, ${formatBytes(bytesAfter)} now`,
      ]);
      return 0;
    } catch (error) {
      if (!(error instanceof MemtopError)) throw error;
      say(`memtop: ${error.message}`);
      return exitCodes.failed;
    }
  },
};
