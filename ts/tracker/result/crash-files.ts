/** Writes the files of a run that the guard has ended. Loaded only when that happens. */
import { closeSync, openSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../../errors.js';
import { ownerOnly } from '../../owner-only.js';
import { packageVersion } from '../../package.js';
import type { Crash, Runtime } from '../../report/crash/crash.js';
import { crashDump } from '../../report/crash/dump.js';
import type { CrashFiles } from '../../report/crash/messages.js';
import { crashSummary } from '../../report/crash/summary.js';

/** Runs that crash within one second number their files, up to this. */
const mostOfOneSecond = 1000;

/**
 * Writes the dump and its summary into a folder, the current one by default. Never overwrites,
 * never throws, and leaves no half-written file: a failure is returned as `problem`.
 */
export function writeCrashFiles(crash: Crash, folder?: string): CrashFiles {
  try {
    return write(crash, resolve(folder ?? process.cwd()));
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

interface OpenFile {
  readonly path: string;
  readonly fd: number;
}

function write(crash: Crash, folder: string): CrashFiles {
  const runtime = describeRuntime();
  const files = openBoth(crash.at, folder);
  const dumpProblem = fill(files.dump, () => crashDump(crash, runtime));
  const about = dumpProblem === undefined ? files.dump.path : `no dump was written: ${dumpProblem}`;
  const summaryProblem = fill(files.summary, () => crashSummary(crash, runtime, about));
  const problem = dumpProblem ?? summaryProblem;
  return {
    ...(dumpProblem === undefined && { dumpFile: files.dump.path }),
    ...(summaryProblem === undefined && { summaryFile: files.summary.path }),
    ...(problem !== undefined && { problem }),
  };
}

/** Opens both under the first pair of names that is free. */
function openBoth(at: Date, folder: string): { dump: OpenFile; summary: OpenFile } {
  for (let number = 1; number <= mostOfOneSecond; number += 1) {
    const stamp = number === 1 ? localStamp(at) : `${localStamp(at)}-${number}`;
    const dump = opened(join(folder, `memtop-crash-dump-${stamp}.json`));
    if (!dump) continue;
    try {
      const summary = opened(join(folder, `memtop-crash-summary-${stamp}.txt`));
      if (summary) return { dump, summary };
    } catch (error) {
      discard(dump);
      throw error;
    }
    discard(dump);
  }
  throw new Error(`${folder} holds too many crash dumps of this second`);
}

/** Undefined where the name is taken, also by a dangling link. */
function opened(path: string): OpenFile | undefined {
  try {
    return { path, fd: openSync(path, 'wx', ownerOnly) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

/** Writes the whole text, or removes the file and returns why. */
function fill(file: OpenFile, text: () => string): string | undefined {
  try {
    writeFileSync(file.fd, text());
    closeSync(file.fd);
    return undefined;
  } catch (error) {
    discard(file);
    return messageOf(error);
  }
}

function discard({ path, fd }: OpenFile): void {
  for (const undo of [() => unlinkSync(path), () => closeSync(fd)]) {
    try {
      undo();
    } catch {
      // Already closed, or removed by another process.
    }
  }
}

function describeRuntime(): Runtime {
  return { memtopVersion: packageVersion, nodeVersion: process.version, ...countThreads() };
}

function countThreads(): Pick<Runtime, 'threads'> {
  try {
    return { threads: readdirSync('/proc/self/task').length };
  } catch {
    // There is no /proc.
    return {};
  }
}

/** Local time, such as `20261120-140702`; the files hold the time in UTC. */
function localStamp(at: Date): string {
  const two = (value: number) => `${value}`.padStart(2, '0');
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())];
  const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())];
  return `${date.join('')}-${time.join('')}`;
}
