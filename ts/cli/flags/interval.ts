import { intervalProblem } from '../../tracker/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const interval: Valued<number> = {
  name: 'interval',
  value: 'MS',
  variable: 'MEMTOP_INTERVAL',
  summary: 'milliseconds between samples; default: 2 to 100, as few as cost under 1 % of a CPU',
  // Number('') is 0, which no interval may be.
  read: (text) => allowed(Number(text), intervalProblem),
};
