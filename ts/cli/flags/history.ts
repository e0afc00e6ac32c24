/** The store of runs: its file, which runs to show, and which to remove. */
import { parseSize } from '../../tracker/size.js';
import { parseDuration } from '../duration.js';
import { UsageError } from '../usage-error.js';
import type { Switch, Valued } from './flag.js';
import { readName } from './readers.js';

export const store: Valued<string> = {
  name: 'store',
  value: 'FILE',
  variable: 'MEMTOP_STORE',
  summary: "file that runs are recorded in, 'off' for none (default: in the user's data folder)",
  read: readName('a file'),
};

export const noStore: Switch = {
  name: 'no-store',
  summary: 'do not record the run',
};

/** Milliseconds since the epoch. */
export const since: Valued<number> = {
  name: 'since',
  value: 'WHEN',
  summary: 'only runs started since then: 12h, 30d or 2w ago, or a date such as 2026-11-20',
  read(text) {
    const ago = parseDuration(text);
    const at = ago === undefined ? dateOf(text) : Date.now() - ago;
    if (Number.isNaN(at)) {
      throw new UsageError('must be a time such as 12h, 30d or 2w, or a date such as 2026-11-20');
    }
    return at;
  },
};

/** A date without a time is midnight in the local time zone. */
function dateOf(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/.test(text)) return Number.NaN;
  return new Date(text.includes('T') ? text : `${text}T00:00:00`).getTime();
}

export const sql: Switch = {
  name: 'sql',
  summary: 'print the schema of the store, for queries in SQL',
};

export const exportTo: Valued<string> = {
  name: 'export',
  value: 'FILE',
  summary: "write the runs, with results and timelines, to FILE as JSON; '-' is standard output",
  read: readName('a file'),
};

export const importFrom: Valued<string> = {
  name: 'import',
  value: 'FILE',
  summary: "add the runs of an exported file; '-' is standard input",
  read: readName('a file'),
};

const most = 2 ** 32 - 1;

export const keep: Valued<number> = {
  name: 'keep',
  value: 'N',
  summary: 'remove all but the latest N runs',
  read(text) {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(count <= most)) throw new UsageError('must be a whole number of runs');
    return count;
  },
};

export const olderThan: Valued<number> = {
  name: 'older-than',
  value: 'DURATION',
  summary: 'remove runs started longer ago than DURATION: 12h, 30d, 8w',
  read(text) {
    const age = parseDuration(text);
    if (age === undefined) throw new UsageError('must be a time such as 12h, 30d or 8w');
    return age;
  },
};

export const maxSize: Valued<number> = {
  name: 'max-size',
  value: 'SIZE',
  summary: 'remove the oldest runs until the store is at most SIZE: 50M, 1G',
  read(text) {
    const size = parseSize(text);
    if (typeof size !== 'number') throw new UsageError('must be a size such as 50M or 1G');
    return size;
  },
};

export const recordingFlags = { store, isRecorded: noStore };
