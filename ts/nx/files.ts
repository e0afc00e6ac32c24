/** Keeps the last result of a workspace where neither Git nor the hashes of Nx look. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { resultJson } from '../report/json.js';
import type { Result } from '../result/types.js';

/** `last.json` and, as it is shown, `last.txt`. */
export function keep(result: Result, shown: readonly string[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  // Not every workspace has Git ignore what Nx writes.
  writeFileSync(join(folder, '.gitignore'), '*\n');
  replace(join(folder, 'last.json'), resultJson(result));
  replace(join(folder, 'last.txt'), shown.map((line) => `${line}\n`).join(''));
}

/** Beside what Nx itself remembers of a workspace. */
export function folderIn(
  workspaceRoot: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const { NX_WORKSPACE_DATA_DIRECTORY: data = '.nx/workspace-data' } = environment;
  return join(resolve(workspaceRoot, data), 'memtop');
}

/** Whoever reads it gets the old one or the new one. */
function replace(file: string, text: string): void {
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, text);
  renameSync(whole, file);
}
