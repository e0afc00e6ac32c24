import type { Valued } from './flag.js';
import { readBytes } from './read-size.js';

export const memory: Valued<number> = {
  name: 'memory',
  value: 'SIZE',
  summary: 'the memory limit of the container; tells whether the command fits in it',
  read: readBytes,
};
