/** What goes into a container to be run, and what comes out of it. Both sides read and write it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../replace-file.js';
import type { Result } from '../../result/types.js';
import type { CheckedOptions } from '../../tracker/execute.js';

export interface Job {
  /** The name of the container. */
  readonly container: string;
  readonly command: readonly string[];
  /** Those that can be written down. */
  readonly options: CheckedOptions;
  readonly memoryLimitBytes?: number | undefined;
  /** Why the container will not hear of memtop's end. */
  readonly lifelineTrouble?: string | undefined;
  /** The group that memtop is in outside. */
  readonly outerGroup?: string | undefined;
}

export interface Report {
  readonly result: Result;
  /** What the group of the container had before the command started. */
  readonly baselineBytes?: number | undefined;
  /** Whether the limit that was asked for is that of the group. */
  readonly isLimited: boolean;
}

const [jobName, reportName] = ['job.json', 'report.json'];

export function writeJob(folder: string, job: Job): void {
  writeFileSync(join(folder, jobName), JSON.stringify(job));
}

export function readJob(folder: string): Job {
  return JSON.parse(readFileSync(join(folder, jobName), 'utf8'));
}

export function writeReport(folder: string, report: Report): void {
  replaceFile(join(folder, reportName), JSON.stringify(report));
}

/** Undefined where whoever should have written it was killed before. */
export function readReport(folder: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, reportName), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
