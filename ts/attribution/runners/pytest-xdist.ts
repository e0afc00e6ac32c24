import type { Runner } from '../rule.js';

/** A worker gets its name, such as gw0, only after it has started. So all of them are one task. */
export const pytestXdist: Runner = {
  name: 'pytest-xdist',
  level: 'script',
  tasks: [
    {
      env: { PYTEST_VERSION: true },
      argv: ' -c import sys;exec\\(eval\\(sys\\.stdin\\.readline\\(\\)\\)\\)$',
      task: 'pytest worker',
    },
    // The title of a worker later on, where the package setproctitle is installed.
    { argv: '^\\[pytest-xdist (?:running|idle)\\]', task: 'pytest worker' },
  ],
};
