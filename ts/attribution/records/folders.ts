/** A folder and those above it. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** From the folder itself up to the root of the file system. */
export function upwards(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}

/** Whether the folder has one of these files. */
export function has(folder: string, names: readonly string[]): boolean {
  return names.some((name) => {
    try {
      return statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
    } catch {
      return false;
    }
  });
}
