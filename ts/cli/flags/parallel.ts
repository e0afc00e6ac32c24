import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

/** So many commands can be told of a signal. */
const most = 256;

export const parallel: Valued<number> = {
  name: 'parallel',
  value: 'N',
  summary: 'how many tasks run at a time, at most; default: one for each CPU',
  read(text) {
    const count = /^\d+$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > most) throw new UsageError(`must be a whole number from 1 to ${most}`);
    return count;
  },
};
