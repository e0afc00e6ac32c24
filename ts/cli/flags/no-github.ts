import type { Switch } from './flag.js';

export const noGithub: Switch = {
  name: 'no-github',
  variable: 'MEMTOP_NO_GITHUB',
  summary: 'in GitHub Actions, add nothing to the job summary and no annotations',
};
