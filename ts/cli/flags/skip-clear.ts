import type { Switch } from './flag.js';

export const skipClear: Switch = {
  name: 'skip-clear',
  summary: 'remove nothing, for an incremental build',
};
