import type { Valued } from './flag.js';
import { readCount } from './read-count.js';

export const runs: Valued<number> = {
  name: 'runs',
  short: 'n',
  value: 'N',
  summary: 'run it so often, for median and spread',
  read: (text) => readCount(text, 1, 1000),
};
