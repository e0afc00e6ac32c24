/** Where the store is by default. */
import { isAbsolute, join } from 'node:path';

/** Stands for no store at all. */
export const noFile = 'off';

type Environment = Readonly<Record<string, string | undefined>>;

/** In the user's data folder (XDG); undefined without a home folder. */
export function defaultStoreFile({ XDG_DATA_HOME, HOME }: Environment): string | undefined {
  const data = absolute(XDG_DATA_HOME) ?? below(absolute(HOME), '.local/share');
  return below(data, 'memtop/runs.db');
}

/** Where runs are recorded, by the environment; undefined for nowhere. */
export function storeFileIn(environment: Environment): string | undefined {
  const { MEMTOP_STORE: given } = environment;
  if (!given) return defaultStoreFile(environment);
  return given === noFile ? undefined : given;
}

/** A relative path is ignored: it would be a different one in each folder. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

function below(folder: string | undefined, path: string): string | undefined {
  return folder === undefined ? undefined : join(folder, path);
}
