/** Which processes to show, and how to end them. */
import type { Switch, Valued } from './flag.js';
import { readName } from './readers.js';

export const tree: Switch = {
  name: 'tree',
  short: 't',
  summary: 'show processes below their parents, with the memory of each tree',
};

export const cwd: Valued<string> = {
  name: 'cwd',
  value: 'DIR',
  summary: 'only processes working in DIR or below',
  read: readName('a folder'),
};

export const force: Switch = {
  name: 'force',
  short: 'f',
  summary: 'send SIGKILL at once, without SIGTERM first',
};

export const liveRuns: Switch = {
  name: 'runs',
  summary: 'show the runs in progress, oldest first, with their processes',
};
