import type { Runner } from '../rule.js';

/** What somebody calls a task outright. */
export const memtop: Runner = {
  name: 'memtop',
  level: 'explicit',
  tasks: [
    { env: { MEMTOP_TASK: true }, task: '{MEMTOP_TASK}' },
    // turbo hands on to its tasks what begins with TURBO_, and by default little else.
    { env: { TURBO_MEMTOP_TASK: true }, task: '{TURBO_MEMTOP_TASK}' },
  ],
};
