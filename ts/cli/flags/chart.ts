import type { Switch } from './flag.js';

export const chart: Switch = {
  name: 'chart',
  summary: 'draw the memory over time below the summary',
};
