import { flags, packageScript, started } from '../package-script.js';
import type { Runner } from '../rule.js';

export const npm: Runner = {
  name: 'npm',
  level: 'script',
  tasks: [packageScript('npm')],
  wrappers: [
    // npm calls itself `npm run build` once it has started.
    `${started}npm(?:-cli\\.js)?${flags} ` +
      `(?:run|run-script|exec|x|test|t|start|stop|restart)(?: |$)`,
    `${started}npx(?:-cli\\.js)? `,
  ],
  // The title of npm until it has read its arguments; the rest of its command line is blank.
  hosts: ['^npm *$'],
};
