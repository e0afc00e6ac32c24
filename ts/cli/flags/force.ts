import type { Switch } from './flag.js';

export const force: Switch = {
  name: 'force',
  short: 'f',
  summary: 'kill at once, without asking first (SIGKILL instead of SIGTERM)',
};
