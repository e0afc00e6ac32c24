import type { Runner } from '../rule.js';

/** Workers that are processes. Those that are threads, and `--runInBand`, have none. */
export const jest: Runner = {
  name: 'jest',
  level: 'script',
  tasks: [
    {
      env: { JEST_WORKER_ID: true },
      // Other tools use such workers as well, from copies of the package at other paths.
      argv: '/jest-worker/build/(?:workers/)?processChild\\.js(?: |$)',
      task: 'jest worker {JEST_WORKER_ID}',
    },
  ],
};
