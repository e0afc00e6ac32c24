/** Where the store lies when nobody has said so. */
import { isAbsolute, join } from 'node:path';

/** What stands for no store at all. */
export const noFile = 'off';

type Environment = Readonly<Record<string, string | undefined>>;

/** In the user's folder for data (XDG); undefined for who has no home. */
export function defaultStoreFile({ XDG_DATA_HOME, HOME }: Environment): string | undefined {
  const data = absolute(XDG_DATA_HOME) ?? below(absolute(HOME), '.local/share');
  return below(data, 'memtop/runs.db');
}

/** Where runs are recorded as far as the environment says; undefined for nowhere. */
export function storeFileIn(environment: Environment): string | undefined {
  const { MEMTOP_STORE: given } = environment;
  if (!given) return defaultStoreFile(environment);
  return given === noFile ? undefined : given;
}

/** A relative path is none: it would be another one in each folder. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

function below(folder: string | undefined, path: string): string | undefined {
  return folder === undefined ? undefined : join(folder, path);
}
