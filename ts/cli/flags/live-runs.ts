import type { Switch } from './flag.js';

export const liveRuns: Switch = {
  name: 'runs',
  summary: 'show the runs of memtop that are running, oldest first, with their processes',
};
