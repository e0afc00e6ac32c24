/** The config, for what needs it. Without a file nothing is loaded for it. */
import { currentFolderIfThere } from '../current-folder.js';
import { findConfig } from './find.js';
import type { Config } from './schema.js';

/** A config and where it stands. */
export interface FoundConfig {
  /** As people know it: its file, and the key in it where it is one of a package.json. */
  readonly source: string;
  readonly folder: string;
  readonly config: Config;
}

/** @throws UsageError that names the file and the key */
export async function foundConfig(): Promise<FoundConfig | undefined> {
  const folder = currentFolderIfThere();
  const file = folder === undefined ? undefined : findConfig(folder);
  return file && (await import('./load.js')).loadConfig(file);
}
