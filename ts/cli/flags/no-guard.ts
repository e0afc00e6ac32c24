import type { Switch } from './flag.js';

export const noGuard: Switch = {
  name: 'no-guard',
  summary: 'neither warn nor end anything, however much memory it takes',
};
