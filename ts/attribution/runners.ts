/** All task runners that memtop knows. Of two of one level that both match, the first counts. */

import type { Runner } from './rule.js';
import { cargo } from './runners/cargo.js';
import { gradle } from './runners/gradle.js';
import { jest } from './runners/jest.js';
import { lerna } from './runners/lerna.js';
import { make } from './runners/make.js';
import { memtop } from './runners/memtop.js';
import { npm } from './runners/npm.js';
import { nx } from './runners/nx.js';
import { pnpm } from './runners/pnpm.js';
import { pytestXdist } from './runners/pytest-xdist.js';
import { shell } from './runners/shell.js';
import { turbo } from './runners/turbo.js';
import { vitest } from './runners/vitest.js';
import { yarn } from './runners/yarn.js';

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
