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
  "write the result there; '-' is standard output, after the command's own",
);

const csv = file('csv', 'write the memory over time there, with a column for each task');

const markdown = file('markdown', 'write a summary for a pull request or a job there');

const html = file('html', 'write a page there that a browser shows, without a network');

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

/** For commands whose only output is what was asked for. */
export const jsonSwitch: Switch = { name: 'json', summary: 'print JSON, for programs' };

export const reportingFlags = { json, csv, markdown, html, chart, github: noGithub, quiet };
