import { flags, packageScript, started } from '../package-script.js';
import type { Runner } from '../rule.js';

/** `yarn`, `yarn.js`, `yarnpkg`, `.yarn/releases/yarn-4.1.0.cjs`, `yarn/lib/cli.js`. */
const program = `${started}yarn(?:pkg)?(?:-[\\w.]+?)?(?:\\.c?js|/lib/cli\\.js)?`;

export const yarn: Runner = {
  name: 'yarn',
  level: 'script',
  tasks: [packageScript('yarn')],
  wrappers: [
    `${program}${flags} (?:run|exec|test|start|dlx)(?: |$)`,
    `${program}${flags} workspaces (?:run|foreach) `,
  ],
  // `yarn build` runs a script, `yarn install` works, and no list of names could tell them apart.
  hosts: [`${program} `],
};
