/** Which processes are shown or ended. */
import type { Switch, Valued } from './flag.js';
import { named } from './readers.js';

export const tree: Switch = {
  name: 'tree',
  short: 't',
  summary: 'show who started whom, and what each tree needs together',
};

export const cwd: Valued<string> = {
  name: 'cwd',
  value: 'DIR',
  summary: 'only processes that work in this folder or below it',
  read: named('a folder'),
};

export const force: Switch = {
  name: 'force',
  short: 'f',
  summary: 'kill at once, without asking first (SIGKILL instead of SIGTERM)',
};

export const liveRuns: Switch = {
  name: 'runs',
  summary: 'show the runs of memtop that are running, oldest first, with their processes',
};
