import type { Switch } from './flag.js';

export const jsonOnly: Switch = {
  name: 'json-only',
  summary: 'standard output is the line with the result alone',
};
