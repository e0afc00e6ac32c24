/** Finds the file in which Nx or Lerna recorded the run that has just ended. */
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fieldsOf, isWrittenIn, textOf } from './json.js';
import { nxSettings } from './nx-root.js';
import { folderName, workspaceIds } from './nx-workspace-id.js';
import type { Environment, Span } from './record.js';

const name = 'run.json';

/** Undefined where none was written in this span. */
export async function nxFile(
  root: string,
  environment: Environment,
  span: Span,
): Promise<string | undefined> {
  const isOfRun = (file: string) => isWrittenIn(file, span);
  const settings = nxSettings(root);
  const given = environment.NX_CACHE_DIRECTORY || configuredFolder(settings);
  if (given) return [join(isAbsolute(given) ? given : join(root, given), name)].find(isOfRun);
  const own = ['.nx/cache', 'node_modules/.cache/nx'].map((folder) => join(root, folder, name));
  const shared = sharedFiles(environment).filter(({ file }) => isOfRun(file));
  const found = own.find(isOfRun);
  // Asking Git takes time, and is rarely needed.
  if (found !== undefined || shared.length === 0) return found;
  for await (const id of workspaceIds(root, settings)) {
    const match = shared.find(({ folder }) => folder === folderName(id));
    if (match) return match.file;
  }
  return undefined;
}

function configuredFolder(settings: Readonly<Record<string, unknown>>): string | undefined {
  const { default: runner } = fieldsOf(settings.tasksRunnerOptions);
  const { cacheDirectory: former } = fieldsOf(fieldsOf(runner).options);
  return textOf(settings.cacheDirectory) ?? textOf(former);
}

/** The files of all workspaces of the user, each with the name of the workspace's folder. */
function sharedFiles({ HOME }: Environment): { folder: string; file: string }[] {
  try {
    const home = join(HOME || homedir(), '.nx');
    const folders = readdirSync(home);
    return folders.map((folder) => ({ folder, file: join(home, folder, 'cache', name) }));
  } catch {
    return [];
  }
}
