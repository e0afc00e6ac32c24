import type { Runner } from '../rule.js';

/** Workers that are processes. Those that are threads, and `--runInBand`, have none of their own. */
export const jest: Runner = {
  name: 'jest',
  level: 'script',
  tasks: [
    {
      env: { JEST_WORKER_ID: true },
      // Other tools use workers of this kind too, from copies at other places.
      argv: '/jest-worker/build/(?:workers/)?processChild\\.js(?: |$)',
      task: 'jest worker {JEST_WORKER_ID}',
    },
  ],
};
