/** The folder that memtop was started in, which may have been removed since. */

export class NoCurrentFolder extends Error {
  override readonly name = 'NoCurrentFolder';
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
