/** Makes a store private that others can read: one of an earlier umask, or a copy. */
import { chmodSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../errors.js';
import { defaultStoreFile } from './file.js';

const forOthers = 0o077;

/**
 * Takes away what other users may do with a store of this user, and with its folder if that is
 * memtop's own. Returns why that failed. Only for what is known to be a store.
 */
export function makePrivate(file: string, change = chmodSync): string | undefined {
  const isOwnFolder = file === defaultStoreFile(process.env);
  // The write-ahead log and its index belong to it.
  const problems = [file, `${file}-wal`, `${file}-shm`, ...(isOwnFolder ? [dirname(file)] : [])]
    .filter(isExposed)
    .map((path) => problemOf(path, change));
  return problems.find((problem) => problem !== undefined);
}

function problemOf(path: string, change: typeof chmodSync): string | undefined {
  const problem = `other users have access to ${path}`;
  try {
    change(path, statSync(path).mode & ~forOthers & 0o7777);
    // Some file systems have no modes, and ignore the change.
    return isExposed(path) ? `${problem}, and its file system cannot prevent it` : undefined;
  } catch (error) {
    return `${problem}, and that cannot be changed: ${messageOf(error)}`;
  }
}

/** Whether others have access to what only this user may change. */
function isExposed(path: string): boolean {
  const found = statted(path);
  return found !== undefined && found.uid === process.geteuid?.() && (found.mode & forOthers) !== 0;
}

function statted(path: string): Stats | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() || found?.isDirectory() ? found : undefined;
  } catch {
    return undefined;
  }
}
