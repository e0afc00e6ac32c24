/** What is written about a run, and where. */
import { type FormatName, formats } from '../../report/formats.js';
import type { Switch, Valued } from './flag.js';
import { readName } from './readers.js';

/** A flag that names a file to write; `-` is standard output. */
function file(name: string, summary: string): Valued<string> {
  return {
    name,
    value: 'FILE',
    summary,
    read: readName('a file'),
  };
}

/** A flag for each format. */
const formatFlags = Object.fromEntries(
  Object.entries(formats).map(([name, { summary }]) => [name, file(name, summary)]),
) as Record<FormatName, Valued<string>>;

const redact: Switch = {
  name: 'redact',
  variable: 'MEMTOP_REDACT',
  summary: 'replace what looks like a password or a token in the JSON of the result',
};

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

export const reportingFlags = { ...formatFlags, redact, chart, github: noGithub, quiet };
