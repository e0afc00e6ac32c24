import type { Switch } from './flag.js';

export const tree: Switch = {
  name: 'tree',
  short: 't',
  summary: 'show who started whom, and what each tree needs together',
};
