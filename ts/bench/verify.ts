/** Whether the expected outputs of a build exist and were written by this run. */
import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Verified } from '../result/types.js';
import { isPattern, matches, segmentsOf } from './pattern.js';

export interface Wanted {
  /** A file, a folder or a pattern. */
  readonly path: string;
  /** The base of the path. */
  readonly from: string;
  readonly isRequired: boolean;
}

/** `since` is the file system's time at the start of the run, in nanoseconds. */
export function verified(wanted: readonly Wanted[], since: bigint): Verified[] {
  return wanted.map(({ path, from, isRequired }) => {
    const files = pathsMatching(from, path).flatMap(filesAt);
    const isFresh = files.some(({ ctimeNs }) => ctimeNs >= since);
    return {
      path,
      isRequired,
      state: files.length === 0 ? 'missing' : isFresh ? 'fresh' : 'stale',
      fileCount: files.length,
      bytes: Number(files.reduce((sum, { size }) => sum + size, 0n)),
    };
  });
}

export function isVerified(verify: readonly Verified[]): boolean {
  return verify.every(({ isRequired, state }) => !isRequired || state === 'fresh');
}

function pathsMatching(folder: string, path: string): string[] {
  const start = path.startsWith('/') ? '/' : resolve(folder);
  let found = [start];
  for (const segment of segmentsOf(path)) {
    found = found.flatMap((at) => below(at, segment));
  }
  return [...new Set(found)].filter((at) => at !== start);
}

function below(folder: string, segment: string): string[] {
  if (segment === '**') return [folder, ...foldersIn(folder)];
  if (!isPattern(segment)) return [join(folder, segment)];
  return namesIn(folder)
    .filter((name) => matches(segment, name))
    .map((name) => join(folder, name));
}

/** Links are not followed, which could be circular. */
function foldersIn(folder: string): string[] {
  return entriesIn(folder)
    .filter((entry) => entry.isDirectory() && matches('*', entry.name))
    .map(({ name }) => join(folder, name))
    .flatMap((inner) => [inner, ...foldersIn(inner)]);
}

/** A folder counts by the files in it, since its own time says little. */
function filesAt(path: string): BigIntStats[] {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [stat];
  return entriesIn(path).flatMap((entry) =>
    entry.isSymbolicLink() ? [] : filesAt(join(path, entry.name)),
  );
}

function namesIn(folder: string): string[] {
  return entriesIn(folder).map(({ name }) => name);
}

/** An unreadable folder holds nothing to verify. */
function entriesIn(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
