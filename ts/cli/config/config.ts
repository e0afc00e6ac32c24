/** The config. Without a config file nothing is loaded for it. */
import { currentFolderIfThere } from '../current-folder.js';
import { findConfig } from './find.js';
import type { FoundConfig } from './load.js';

export type { FoundConfig };

/** @throws UsageError that names the file and the key */
export async function foundConfig(): Promise<FoundConfig | undefined> {
  const folder = currentFolderIfThere();
  const file = folder === undefined ? undefined : findConfig(folder, process.env);
  return file && (await import('./load.js')).loadConfig(file);
}
