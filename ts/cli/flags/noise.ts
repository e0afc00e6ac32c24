import type { Valued } from './flag.js';
import { readPercent } from './read-percent.js';

export const noise: Valued<number> = {
  name: 'noise',
  value: 'PCT',
  summary:
    'how many percent a single run may vary by; repeated runs tell it themselves (default 10)',
  read: readPercent,
};
