import type { Runner } from '../rule.js';

/** A shell that gets its commands as an argument has no tasks; it waits for what it starts. */
export const shell: Runner = {
  name: 'shell',
  level: 'script',
  tasks: [],
  wrappers: ['^(?:\\S*/)?(?:ba|da|a|k|z)?sh(?: [-+][-\\w]+(?: pipefail)?)*? -\\w*c '],
};
