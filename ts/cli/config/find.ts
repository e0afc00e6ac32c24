/** Finds the config file. Runs at every start, so it loads nothing else. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { upwards } from '../../attribution/records/folders.js';
import { plainText } from '../../report/plain-text.js';
import { shellWord } from '../../report/shell-word.js';
import { UsageError } from '../usage-error.js';
import { say } from '../write.js';
import { distrust } from './trust.js';

export interface ConfigFile {
  readonly path: string;
  /** Whether it is the key "memtop" of a package.json. */
  readonly isPackage: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const packageName = 'package.json';
const names = ['memtop.config.json', 'memtop.config.js', 'memtop.config.mjs'];

/** Stands for no config at all. */
const noConfig = 'off';

/**
 * The config that the environment names, or that of the nearest folder of the project that has one.
 * Prints which ones are not used, and why.
 *
 * @throws UsageError when a folder has two
 */
export function findConfig(start: string, environment: Environment): ConfigFile | undefined {
  const { MEMTOP_CONFIG: named, HOME: home } = environment;
  if (named === noConfig) return undefined;
  // The caller vouches for it.
  if (named) return namedConfig(resolve(start, named));
  for (const folder of foldersOfProject(start, home)) {
    const [first, second] = configsIn(folder).filter(isUsed);
    if (first && second) {
      throw new UsageError(`${first.path} and ${second.path} are both a config; keep one`);
    }
    if (first) return first;
  }
  return undefined;
}

function namedConfig(path: string): ConfigFile {
  if (!isFile(path)) throw new UsageError(`MEMTOP_CONFIG must name a file, or be off, not ${path}`);
  return { path, isPackage: basename(path) === packageName };
}

/** Up to the root of the repository or to the home folder, and never to that of the machine. */
export function foldersOfProject(start: string, home: string | undefined): string[] {
  const [first = start, ...above] = upwards(start);
  const folders = [first, ...above.slice(0, -1)];
  const top = home && realPath(home);
  const last = folders.findIndex((folder) => folder === top || existsSync(join(folder, '.git')));
  return last < 0 ? folders : folders.slice(0, last + 1);
}

function configsIn(folder: string): ConfigFile[] {
  const files = names.map((name) => ({ path: join(folder, name), isPackage: false }));
  return [...files.filter(({ path }) => existsSync(path)), ...inPackage(join(folder, packageName))];
}

function inPackage(path: string): ConfigFile[] {
  try {
    // Another user's may be a pipe, which would never end.
    if (!isFile(path)) return [];
    const text = readFileSync(path, 'utf8');
    // Most do not contain the key, and need not be parsed.
    const isMeant = text.includes('"memtop"') && Object.hasOwn(JSON.parse(text), 'memtop');
    return isMeant ? [{ path, isPackage: true }] : [];
  } catch {
    // There is none, or it is invalid, which is for others to report.
    return [];
  }
}

function isUsed({ path }: ConfigFile): boolean {
  const problem = distrust(path);
  if (problem === undefined) return true;
  const named = `MEMTOP_CONFIG=${shellWord(path)}`;
  const remedies = [problem.remedy, named].filter(Boolean).join(' or ');
  const text = `${path} is not used: ${problem.reason}; to use it: ${remedies}`;
  say(`memtop: warning: ${plainText(text)}`);
  return false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
