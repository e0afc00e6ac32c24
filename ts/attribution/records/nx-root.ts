/** The root of a workspace, found as Nx finds it, and its settings. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { has, upwards } from './folders.js';
import { fieldsOf, readJson, textOf } from './json.js';
import type { Environment } from './record.js';

const longestChain = 5;

/** Without a file of Nx it is the outermost folder in which Nx is installed. */
export function nxRoot(folder: string, { NX_WORKSPACE_ROOT_PATH: given }: Environment): string {
  if (given) return given;
  const folders = upwards(folder).slice(0, -1);
  const installed = folders.filter((one) => has(one, ['node_modules/nx/package.json']));
  return folders.find((one) => has(one, ['nx.json', 'nx', 'nx.bat'])) ?? installed.at(-1) ?? folder;
}

/** The settings of `nx.json` and of all files that it extends. */
export function nxSettings(root: string): Readonly<Record<string, unknown>> {
  return settingsIn(join(root, 'nx.json'), longestChain);
}

function settingsIn(file: string, left: number): Readonly<Record<string, unknown>> {
  const own = fieldsOf(readJson(file));
  const base = textOf(own.extends);
  if (base === undefined || left === 0) return own;
  try {
    return { ...settingsIn(createRequire(file).resolve(base), left - 1), ...own };
  } catch {
    return own;
  }
}
