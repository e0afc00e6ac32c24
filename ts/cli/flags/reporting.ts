/** What is written about a run, and where. */
import type { Switch, Valued } from './flag.js';
import { named } from './readers.js';

/** A flag that names a file to write; `-` is standard output. */
function file(name: string, summary: string): Valued<string> {
  return {
    name,
    value: 'FILE',
    summary,
    read: named('a file'),
  };
}

const json = file(
  'json',
  "write the result to FILE as JSON; '-' is standard output, after the command's own",
);

const csv = file('csv', 'write the memory over time to FILE as CSV, with a column per task');

const markdown = file('markdown', 'write a summary for a pull request or a job to FILE');

const html = file('html', 'write a self-contained page to FILE');

const chart: Switch = {
  name: 'chart',
  summary: 'draw the memory over time below the summary',
};

const quiet: Switch = {
  name: 'quiet',
  short: 'q',
  summary: 'print no summary; warnings and errors still show',
};

export const noGithub: Switch = {
  name: 'no-github',
  variable: 'MEMTOP_NO_GITHUB',
  summary: 'in GitHub Actions, add nothing to the job summary and no annotations',
};

/** For commands that print and write nothing else. */
export const jsonSwitch: Switch = { name: 'json', summary: 'print JSON' };

export const reportingFlags = { json, csv, markdown, html, chart, github: noGithub, quiet };
