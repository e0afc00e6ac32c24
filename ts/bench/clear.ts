/**
 * Removes the named paths and nothing else: inside the project, on its own mount, never through a
 * link. All paths are checked before anything is removed.
 */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { MemtopError, messageOf } from '../errors.js';
import type { Cleared } from '../result/types.js';
import { OpenFolder } from './open-folder.js';
import { isPattern, matches, segmentsOf } from './pattern.js';
import { clearProblem, isOfGit } from './rules.js';

export class ClearRefused extends MemtopError {
  readonly code = 'ClearRefused';
}

/** A path could not be removed; those before it are gone. */
export class ClearFailed extends MemtopError {
  readonly code = 'ClearFailed';
}

export interface Clearing {
  /** The existing paths to remove. */
  readonly found: readonly Cleared[];
  /**
   * Removes them.
   *
   * @throws ClearFailed when one cannot be removed
   */
  run(): void;
}

export interface Project {
  /** The base of the paths. */
  readonly folder: string;
  /** Folders that are never removed, such as the output folder. */
  readonly kept: readonly string[];
}

/** @throws ClearRefused for what must not be removed, before anything is removed */
export function clearingOf(paths: readonly string[], { folder, kept }: Project): Clearing {
  const root = realpathSync(folder);
  refuseAsProject(root);
  const keptPaths = kept.map((path) => relative(root, real(path)));
  const targets = refusing(root, (top) => {
    const all = paths.flatMap((path) => targetsOf(top, path));
    const once = [...new Map(all.map((target) => [target.join('/'), target])).values()];
    for (const target of once) refuseKept(target, keptPaths);
    return once.map((target) => ({ target, found: weighed(top, target) }));
  });
  return {
    found: targets.map(({ found }) => found),
    run() {
      using top = OpenFolder.at(root);
      for (const { target } of targets) removeTarget(top, target);
    },
  };
}

/** A bench started in the wrong folder must not remove anything. */
function refuseAsProject(root: string): void {
  const why = root === '/' ? 'the root of the machine' : isHome(root) ? 'a home' : undefined;
  if (why !== undefined) {
    throw new ClearRefused(`nothing is cleared in ${root}: that is ${why} and no project`);
  }
}

function isHome(root: string): boolean {
  return root === real(homedir());
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function refuseKept(target: readonly string[], kept: readonly string[]): void {
  const path = target.join('/');
  const holds = kept.find((one) => one === path || one.startsWith(`${path}/`));
  if (holds !== undefined) {
    throw new ClearRefused(`${path} is not cleared: the results go to ${holds}`);
  }
}

/** Turns errors of the system into ClearRefused, with the path. */
function refusing<T>(root: string, act: (top: OpenFolder) => T): T {
  try {
    using top = OpenFolder.at(root);
    return act(top);
  } catch (error) {
    if (error instanceof MemtopError) throw error;
    throw new ClearRefused(`clearing in ${root} failed: ${(error as Error).message}`);
  }
}

type Path = readonly string[];

/** The existing paths that a pattern matches. */
function targetsOf(top: OpenFolder, path: string): Path[] {
  const problem = clearProblem(path);
  if (problem !== undefined) throw new ClearRefused(`${path} ${problem}`);
  return found(top, top.mount, [], segmentsOf(path));
}

function found(folder: OpenFolder, mount: string, path: Path, segments: Path): Path[] {
  const [segment = '', ...rest] = segments;
  return namesOf(folder, segment).flatMap((name) => {
    const here = [...path, name];
    const stat = folder.stat(Buffer.from(name));
    if (!stat) return [];
    if (rest.length === 0) return [here];
    if (stat.isDirectory()) {
      using inner = entered(folder, Buffer.from(name), mount, here);
      return found(inner, mount, here, rest);
    }
    if (stat.isSymbolicLink() && !isPattern(segment)) {
      throw new ClearRefused(
        `${join(...here, ...rest)} is not cleared: ${join(...here)} is a link`,
      );
    }
    return [];
  });
}

/** A pattern never matches a name that is not UTF-8. */
function namesOf(folder: OpenFolder, segment: string): string[] {
  if (!isPattern(segment)) return [segment];
  return folder
    .names()
    .map((name) => name.toString())
    .filter((name) => !name.includes('\ufffd') && !isOfGit(name) && matches(segment, name));
}

/** @throws ClearRefused where something else is mounted */
function entered(folder: OpenFolder, name: Buffer, mount: string, path: Path): OpenFolder {
  const inner = folder.folder(name);
  if (inner.mount === mount) return inner;
  inner[Symbol.dispose]();
  throw new ClearRefused(`${join(...path)} is not cleared: something else is mounted there`);
}

type Act = (parent: OpenFolder, name: Buffer, mount: string, path: Path) => void;

/** Opens its parent folders one by one, never through a link. */
function withParent(top: OpenFolder, path: Path, act: Act): void {
  const descend = (folder: OpenFolder, depth: number): void => {
    const name = Buffer.from(path[depth] as string);
    if (depth === path.length - 1) {
      act(folder, name, top.mount, path);
    } else if (folder.stat(name)) {
      using inner = entered(folder, name, top.mount, path.slice(0, depth + 1));
      descend(inner, depth + 1);
    }
  };
  descend(top, 0);
}

function weighed(top: OpenFolder, path: Path): Cleared {
  let [fileCount, size] = [0, 0n];
  const weigh = (folder: OpenFolder, name: Buffer, mount: string, here: Path): void => {
    const stat = folder.stat(name);
    if (!stat) return;
    if (!stat.isDirectory()) {
      fileCount += 1;
      size += stat.size;
      return;
    }
    using inner = entered(folder, name, mount, here);
    for (const child of inner.names()) {
      refuseGit(child, here);
      weigh(inner, child, mount, [...here, child.toString()]);
    }
  };
  withParent(top, path, weigh);
  return { path: path.join('/'), fileCount, bytes: Number(size) };
}

function refuseGit(name: Buffer, folder: Path): void {
  if (isOfGit(name.toString())) {
    throw new ClearRefused(`${join(...folder)} is not cleared: it holds a repository of git`);
  }
}

function removeTarget(top: OpenFolder, target: Path): void {
  try {
    withParent(top, target, removeName);
  } catch (error) {
    const path = join(...target);
    throw new ClearFailed(
      `${path} is not wholly cleared, and nothing was run: ${messageOf(error)}`,
    );
  }
}

const removeName: Act = (folder, name, mount, path) => {
  try {
    removeEntry(folder, name, mount, path);
  } catch (error) {
    if (error instanceof MemtopError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ClearFailed(`${join(...path)}: ${code ?? message}`);
  }
};

/** A folder with its content, or a file. It may be gone already. */
const removeEntry: Act = (folder, name, mount, path) => {
  const stat = folder.stat(name);
  if (!stat) return;
  if (!stat.isDirectory()) {
    unlessGone(() => folder.unlink(name));
    return;
  }
  {
    using inner = entered(folder, name, mount, path);
    const names = inner.names();
    for (const child of names) refuseGit(child, path);
    for (const child of names) removeName(inner, child, mount, [...path, child.toString()]);
  }
  unlessGone(() => folder.rmdir(name));
};

function unlessGone(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
