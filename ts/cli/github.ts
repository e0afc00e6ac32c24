/** What a run adds to a GitHub Actions job: an annotation and a section of the job summary. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { annotation } from '../report/annotation.js';
import type { Result } from '../result/types.js';
import { say, writeAll } from './write.js';

type Environment = Readonly<Record<string, string | undefined>>;
type ToMarkdown = (result: Result) => string;

/** GitHub drops the summary of a step that writes more. */
const mostBytes = 1024 ** 2;

export interface Github {
  write(result: Result): void;
}

export function isInGithub(environment: Environment): boolean {
  return environment.GITHUB_ACTIONS === 'true';
}

/** Undefined outside GitHub Actions. Loads all it needs before the command starts. */
export async function openGithub(
  environment: Environment,
  hasSummary: boolean,
): Promise<Github | undefined> {
  if (!isInGithub(environment)) return undefined;
  const file = environment.GITHUB_STEP_SUMMARY;
  const toMarkdown =
    hasSummary && file ? (await import('../report/markdown.js')).resultMarkdown : undefined;
  return {
    write(result) {
      const line = annotation(result);
      // GitHub reads workflow commands from both streams; standard output is the command's.
      if (line !== undefined) say(line);
      if (file && toMarkdown && result.exit.cause !== 'not-started') {
        append(file, result, toMarkdown);
      }
    },
  };
}

function append(file: string, result: Result, toMarkdown: ToMarkdown): void {
  try {
    const text = toMarkdown(result);
    const fd = openSync(file, 'a');
    try {
      const { size } = fstatSync(fd);
      const added = size > 0 ? `\n${text}` : text;
      if (size + Buffer.byteLength(added) > mostBytes) throw new Error('it would be over 1 MiB');
      writeAll(fd, added);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    say(`memtop: warning: the job summary was not written: ${messageOf(error)}`);
  }
}
