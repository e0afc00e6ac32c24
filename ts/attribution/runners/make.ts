import type { Runner } from '../rule.js';

/**
 * A recipe has no name that its processes could know. A make that another make started in a
 * directory has that of the directory.
 */
export const make: Runner = {
  name: 'make',
  level: 'script',
  tasks: [
    {
      env: { MAKELEVEL: '^[1-9]' },
      argv: '^(?:\\S*/)?g?make(?: \\S+)*? (?:-C ?|--directory[= ])(?<directory>\\S+)',
      task: 'make -C {directory}',
    },
  ],
  wrappers: ['^(?:\\S*/)?g?make(?: |$)'],
};
