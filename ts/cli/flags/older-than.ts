import { parseDuration } from '../duration.js';
import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const olderThan: Valued<number> = {
  name: 'older-than',
  value: 'DURATION',
  summary: 'remove runs that were started longer ago than that: 12h, 30d, 8w',
  read(text) {
    const age = parseDuration(text);
    if (age === undefined) throw new UsageError('must be a time such as 12h, 30d or 8w');
    return age;
  },
};
