import { flags, packageScript, started } from '../package-script.js';
import type { Runner } from '../rule.js';

const program = `${started}pnpm(?:\\.c?m?js)?`;

export const pnpm: Runner = {
  name: 'pnpm',
  level: 'script',
  tasks: [packageScript('pnpm')],
  wrappers: [`${program}${flags} (?:run|run-script|exec|test|t|start|dlx)(?: |$)`],
  // `pnpm build` runs a script, `pnpm install` works, and no list of names could tell them apart.
  hosts: [`${program} `],
};
