import type { Size } from '../../tracker/size.js';
import type { Valued } from './flag.js';
import { readSize } from './read-size.js';

export const limit: Valued<Size> = {
  name: 'limit',
  value: 'SIZE',
  variable: 'MEMTOP_LIMIT',
  summary: 'end them when they have more, and write down what they were',
  read: readSize,
};
