import type { Runner } from '../rule.js';

/** `lerna run` has Nx run the scripts; the processes between are those of Nx. */
export const lerna: Runner = {
  name: 'lerna',
  level: 'orchestrator',
  tasks: [
    {
      env: {
        NX_TASK_TARGET_PROJECT: true,
        NX_TASK_TARGET_TARGET: true,
        // Lerna sets it. A user of Nx may set it, too, but then the rule of Nx holds as well, and
        // it comes first in the list.
        NX_ISOLATE_PLUGINS: '^false$',
      },
      task: '{NX_TASK_TARGET_PROJECT}:{NX_TASK_TARGET_TARGET}',
    },
    {
      env: { LERNA_PACKAGE_NAME: true, LERNA_ROOT_PATH: true },
      task: '{LERNA_PACKAGE_NAME}:exec',
    },
  ],
};
