/** Keeps the last result of a workspace in a folder that Git and the hashes of Nx ignore. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ownerOnly } from '../owner-only.js';
import { replaceFile } from '../replace-file.js';
import { resultJson } from '../report/json.js';
import { redactedResult } from '../report/redacted-result.js';
import type { Result } from '../result/types.js';

/** As `last.json`, and as the lines that are shown in `last.txt`. */
export function keepResult(result: Result, shown: readonly string[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  // Not every workspace has Git ignore what Nx writes.
  writeFileSync(join(folder, '.gitignore'), '*\n');
  replaceFile(join(folder, 'last.json'), resultJson(redactedResult(result)), ownerOnly);
  replaceFile(join(folder, 'last.txt'), shown.map((line) => `${line}\n`).join(''));
}

/** In the folder where Nx itself keeps data of a workspace. */
export function folderIn(
  workspaceRoot: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const { NX_WORKSPACE_DATA_DIRECTORY: data = '.nx/workspace-data' } = environment;
  return join(resolve(workspaceRoot, data), 'memtop');
}
