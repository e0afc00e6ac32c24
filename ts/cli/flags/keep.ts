import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

const most = 2 ** 32 - 1;

export const keep: Valued<number> = {
  name: 'keep',
  value: 'N',
  summary: 'remove all but the latest N runs',
  read(text) {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(count <= most)) throw new UsageError('must be a whole number of runs');
    return count;
  },
};
