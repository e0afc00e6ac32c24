/** The project that a folder belongs to. */
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The nearest repository upwards, else the folder of the config, else the folder itself. */
export function projectOf(start: string, configFolder: string | undefined): string {
  const from = realpathSync(start);
  for (let folder = from; isProject(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
  }
  return configFolder !== undefined && isProject(configFolder) ? realpathSync(configFolder) : from;
}

/** A repository in the home folder is not a project. */
function isProject(folder: string): boolean {
  return folder !== '/' && folder !== homedir();
}
