import type { Switch } from './flag.js';

export const noStore: Switch = {
  name: 'no-store',
  summary: 'do not record the run',
};
