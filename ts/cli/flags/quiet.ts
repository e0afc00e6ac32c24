import type { Switch } from './flag.js';

export const quiet: Switch = {
  name: 'quiet',
  short: 'q',
  summary: 'print no summary; warnings and errors still show',
};
