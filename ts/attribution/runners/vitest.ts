import type { Runner } from '../rule.js';

/** Workers that are processes; those of the pools `threads` and `vmThreads` are not. */
export const vitest: Runner = {
  name: 'vitest',
  level: 'script',
  tasks: [
    // Up to version 3.
    {
      env: { VITEST: true, TINYPOOL_WORKER_ID: true },
      task: 'vitest worker {TINYPOOL_WORKER_ID}',
    },
    // A worker gets its number only after it has started, so its environment does not have it.
    { argv: '/vitest/dist/workers/(?:forks|vmForks)\\.js(?: |$)', task: 'vitest worker' },
  ],
};
