import type { Size } from '../../tracker/size.js';
import type { Valued } from './flag.js';
import { readSize } from './read-size.js';

export const warn: Valued<Size> = {
  name: 'warn',
  value: 'SIZE',
  variable: 'MEMTOP_WARN',
  summary: 'warn once when all processes together have more: 500M, 1.5G, 80%',
  read: readSize,
};
