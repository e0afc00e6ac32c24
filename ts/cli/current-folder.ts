/** The folder that memtop was started in, which may have been removed since. */

const name = 'NoCurrentFolder';

class NoCurrentFolder extends Error {
  override readonly name = name;
}

/** By name, like `isUsageError`. */
export function isNoCurrentFolder(error: unknown): error is Error {
  return error instanceof Error && error.name === name;
}

/** @throws NoCurrentFolder where it has been removed */
export function currentFolder(): string {
  const folder = currentFolderIfThere();
  if (folder !== undefined) return folder;
  throw new NoCurrentFolder('the current folder has been removed; change to one that is there');
}

/** Undefined where it has been removed. */
export function currentFolderIfThere(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
