import { anyScript } from '../package-script.js';
import type { Runner } from '../rule.js';

export const turbo: Runner = {
  name: 'turbo',
  level: 'orchestrator',
  tasks: [
    {
      argv: '^(?:\\S*/)?turbo --skip-infer daemon(?: |$)',
      task: 'turbo daemon',
      kind: 'service',
    },
    {
      // turbo itself only sets a hash. The names are set by the package manager that it starts.
      env: { TURBO_HASH: true, npm_package_name: true, npm_lifecycle_event: anyScript },
      task: '{npm_package_name}#{npm_lifecycle_event}',
      // A script that the script runs has another name and the same hash.
      key: '{TURBO_HASH} {npm_package_name}',
    },
  ],
};
