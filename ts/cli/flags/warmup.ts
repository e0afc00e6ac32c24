import type { Valued } from './flag.js';
import { readCount } from './read-count.js';

export const warmup: Valued<number> = {
  name: 'warmup',
  value: 'N',
  summary: 'runs before those, which do not count',
  read: (text) => readCount(text, 0, 100),
};
