/** The way from a folder up to the root of the file system. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder itself comes first. */
export function upwards(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}

/** Whether one of these files is there. */
export function has(folder: string, names: readonly string[]): boolean {
  return names.some((name) => {
    try {
      return statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
    } catch {
      return false;
    }
  });
}
