import { parseDuration } from '../duration.js';
import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const timeout: Valued<number> = {
  name: 'timeout',
  value: 'DURATION',
  summary: 'stop after this long: 30s, 5m, 1h',
  read(text) {
    const ms = parseDuration(text);
    if (!ms) throw new UsageError('must be a time such as 30s, 5m or 1h');
    return ms;
  },
};
