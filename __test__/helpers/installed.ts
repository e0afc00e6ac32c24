/** Tools from the registry, each version installed once for all tests. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../ts/package.js';
import type { Lack } from './needs.js';

/** Where `name@version` is, or would be. */
export function modulesOf(tool: string): string {
  return join(folderOf(tool), 'node_modules');
}

/** Installs it if it isn't there. */
export function whyNotInstalled(tool: string): Lack | undefined {
  const folder = folderOf(tool);
  if (existsSync(folder)) return undefined;
  mkdirSync(dirname(folder), { recursive: true });
  // Several test files may install it at once. It gets its name once it is complete.
  const building = mkdtempSync(`${folder}.`);
  try {
    writeFileSync(join(building, 'package.json'), '{"private":true}\n');
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries', '0'];
    const { status } = spawnSync('npm', ['install', ...options, tool], {
      cwd: building,
      timeout: 120_000,
    });
    if (status !== 0) return { need: tool, why: `${tool} cannot be installed from the registry` };
    try {
      renameSync(building, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
    return undefined;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

function folderOf(tool: string): string {
  return join(packageRoot, 'node_modules/.cache/memtop-tools', tool.replace('/', '+'));
}
