import type { Runner } from '../rule.js';

/** In `src` and `bin` up to version 21, in `dist/src` and `dist/bin` after that. */
const files = '/nx/(?:dist/)?';

export const nx: Runner = {
  name: 'nx',
  level: 'orchestrator',
  tasks: [
    // They may be started from inside a task, and then have its variables.
    { argv: `${files}src/daemon/server/start\\.js(?: |$)`, task: 'nx daemon', kind: 'service' },
    {
      argv: `${files}src/project-graph/plugins/isolation/plugin-worker(?:\\.js)?(?: |$)`,
      task: 'nx plugin worker',
      kind: 'service',
    },
    // Runs several tasks in one process; which of them a child is for cannot be found out.
    {
      argv: `${files}src/tasks-runner/batch/run-batch\\.js(?: |$)`,
      task: 'nx batch',
      kind: 'service',
    },
    {
      env: {
        NX_TASK_TARGET_PROJECT: true,
        NX_TASK_TARGET_TARGET: true,
        // The command line of Nx sets it for every task, to true or false. Lerna, which has Nx run
        // its scripts, goes without that command line.
        NX_VERBOSE_LOGGING: true,
      },
      task: '{NX_TASK_TARGET_PROJECT}:{NX_TASK_TARGET_TARGET}[:{NX_TASK_TARGET_CONFIGURATION}]',
    },
  ],
  wrappers: [`${files}src/tasks-runner/fork\\.js(?: |$)`],
  hosts: [`${files}bin/run-executor\\.js(?: |$)`],
};
