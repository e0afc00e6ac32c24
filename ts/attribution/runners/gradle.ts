import type { Runner } from '../rule.js';

/** Gradle works in its daemon and in processes that the daemon starts; the command is a client. */
export const gradle: Runner = {
  name: 'gradle',
  level: 'script',
  tasks: [
    {
      argv: ' org\\.gradle\\.launcher\\.daemon\\.bootstrap\\.GradleDaemon(?: |$)',
      task: 'gradle daemon',
      kind: 'service',
    },
    {
      argv:
        ' (?:worker\\.)?org\\.gradle\\.process\\.internal\\.worker\\.GradleWorkerMain ' +
        "'?Gradle Test Executor \\d",
      // Tests run in the folder of their project. The number is that of their start order.
      cwd: '/(?<project>[^/]+)$',
      task: '{project}:Gradle Test Executor',
    },
    {
      argv:
        ' (?:worker\\.)?org\\.gradle\\.process\\.internal\\.worker\\.GradleWorkerMain ' +
        "'?(?<worker>Gradle [\\w ]+?) \\d+",
      task: '{worker}',
      kind: 'service',
    },
    {
      argv: ' org\\.jetbrains\\.kotlin\\.daemon\\.KotlinCompileDaemon(?: |$)',
      task: 'kotlin daemon',
      kind: 'service',
    },
  ],
};
