import { parseSize } from '../../tracker/size.js';
import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const maxSize: Valued<number> = {
  name: 'max-size',
  value: 'SIZE',
  summary: 'remove the oldest runs until the store is not larger than that: 50M, 1G',
  read(text) {
    const size = parseSize(text);
    if (typeof size !== 'number') throw new UsageError('must be a size such as 50M or 1G');
    return size;
  },
};
