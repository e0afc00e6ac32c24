/** The job for a container and the report from it, as files in a shared folder. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../replace-file.js';
import type { Result } from '../../result/types.js';
import type { CheckedOptions } from '../../tracker/start-options.js';

export interface Job {
  readonly command: readonly string[];
  /** Those that can be serialised. */
  readonly options: CheckedOptions;
  readonly memoryLimitBytes?: number | undefined;
  /** Why the container would not notice the end of memtop. */
  readonly lifelineTrouble?: string | undefined;
  /** The group of memtop outside the container. */
  readonly outerGroup?: string | undefined;
}

export interface Report {
  readonly result: Result;
  /** Memory of the container's group before the command started. */
  readonly baselineBytes?: number | undefined;
  /** Whether the group has the requested limit. */
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

/** Undefined where the writer was killed before it wrote it. */
export function readReport(folder: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, reportName), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
