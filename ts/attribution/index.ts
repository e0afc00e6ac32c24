/** Every task runner that memtop knows. Where two of one level both begin a task, the first counts. */
import { cargo } from './cargo.js';
import { gradle } from './gradle.js';
import { jest } from './jest.js';
import { lerna } from './lerna.js';
import { make } from './make.js';
import { memtop } from './memtop.js';
import { npm } from './npm.js';
import { nx } from './nx.js';
import { pnpm } from './pnpm.js';
import { pytestXdist } from './pytest-xdist.js';
import type { Runner } from './rule.js';
import { shell } from './shell.js';
import { turbo } from './turbo.js';
import { vitest } from './vitest.js';
import { yarn } from './yarn.js';

export const runners: readonly Runner[] = [
  memtop,
  nx,
  lerna,
  turbo,
  jest,
  vitest,
  pytestXdist,
  cargo,
  make,
  gradle,
  npm,
  pnpm,
  yarn,
  shell,
];
