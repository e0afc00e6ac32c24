import type { Runner } from '../rule.js';

/** Tasks that are named explicitly. */
export const memtop: Runner = {
  name: 'memtop',
  level: 'explicit',
  tasks: [
    { env: { MEMTOP_TASK: true }, task: '{MEMTOP_TASK}' },
    // turbo passes variables that begin with TURBO_ to its tasks, and by default few others.
    { env: { TURBO_MEMTOP_TASK: true }, task: '{TURBO_MEMTOP_TASK}' },
  ],
};
