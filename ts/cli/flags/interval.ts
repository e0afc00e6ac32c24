import { checked, defaultIntervalMs, intervalMs } from '../../tracker/checked-options.js';
import type { Valued } from './flag.js';

export const interval: Valued<number> = {
  name: 'interval',
  value: 'MS',
  variable: 'MEMTOP_INTERVAL',
  summary: `milliseconds between samples (default ${defaultIntervalMs})`,
  // Number('') is 0, which no interval may be.
  read: (text) => checked(intervalMs, Number(text)),
};
