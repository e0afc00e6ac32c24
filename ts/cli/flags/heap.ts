import type { Switch } from './flag.js';

export const heap: Switch = {
  name: 'heap',
  variable: 'MEMTOP_HEAP',
  summary: 'have Node processes report their JavaScript heaps, and say what limit they need',
};
