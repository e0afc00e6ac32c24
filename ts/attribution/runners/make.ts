import type { Runner } from '../rule.js';

/**
 * Processes of a recipe do not have its name. A make that another make has started in a directory
 * is named after the directory.
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
