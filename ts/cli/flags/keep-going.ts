import type { Switch } from './flag.js';

export const keepGoing: Switch = {
  name: 'keep-going',
  summary: 'after a failure go on with all tasks that do not depend on it',
};
