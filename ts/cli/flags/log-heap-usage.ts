import type { Switch } from './flag.js';

export const logHeapUsage: Switch = {
  name: 'log-heap-usage',
  variable: 'MEMTOP_LOG_HEAP_USAGE',
  summary: 'print a line with its peak as each task ends',
};
