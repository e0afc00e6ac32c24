import type { Runner } from '../rule.js';

/** A worker hears its name, such as gw0, only after it has started. So all of them are one task. */
export const pytestXdist: Runner = {
  name: 'pytest-xdist',
  level: 'script',
  tasks: [
    {
      env: { PYTEST_VERSION: true },
      argv: ' -c import sys;exec\\(eval\\(sys\\.stdin\\.readline\\(\\)\\)\\)$',
      task: 'pytest worker',
    },
    // What a worker calls itself later where the package setproctitle is there.
    { argv: '^\\[pytest-xdist (?:running|idle)\\]', task: 'pytest worker' },
  ],
};
