/** A project for benches, and their results. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { resultSchema } from '../../ts/result/schema.js';
import type { Result } from '../../ts/result/types.js';
import { temporaryFolder } from './folder.js';
import { type Finished, startMemtop } from './processes.js';

const marker = '[BUILD-MEM RESULT] ';

export interface Benched extends Finished {
  readonly line: Result;
  /** What else was printed. */
  readonly others: string;
}

/** `as` is the prefix of a command line that runs as another user, the owner of the project. */
export function project(
  t: ExecutionContext,
  files: Readonly<Record<string, string>> = {},
  as: readonly string[] = [],
) {
  const cwd = temporaryFolder(t);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  if (as.length > 0) giveTo(cwd, as);
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    startMemtop(['bench', ...args], { cwd, as, env: { ...process.env, ...env } });
  const bench = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    benched(await start(args, env).finished());
  const result = (label = 'latest'): Result =>
    resultSchema.parse(JSON.parse(read(`.memtop/result-${label}.json`))) as Result;
  const read = (path: string) => readFileSync(join(cwd, path), 'utf8');
  const samples = (label = 'latest') => samplesIn(read(`.memtop/timeline-${label}.csv`));
  return { cwd, write, read, start, bench, result, samples };
}

/** Gives a folder to the user that a command line runs as. */
function giveTo(folder: string, [program = '', ...args]: readonly string[]): void {
  const uid = execFileSync(program, [...args, 'id', '-u'], { encoding: 'utf8' });
  execFileSync('chown', ['-R', uid.trim(), folder]);
}

export interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

function samplesIn(text: string): Sample[] {
  const [header, ...rows] = text.trimEnd().split('\r\n');
  if (header !== 'time_ms,bytes') throw new Error(`not a timeline: ${header}`);
  return rows.map((row) => {
    const [atMs = Number.NaN, bytes = Number.NaN] = row.split(',').map(Number);
    return { atMs, bytes };
  });
}

export const highest = (samples: readonly Sample[]): number =>
  Math.max(...samples.map(({ bytes }) => bytes));

/** Without what the kernel remembers beyond the samples. */
export const sampledPeak = ({ timeline, peak }: Result): number =>
  timeline ? Math.max(...timeline.bytes) : (peak?.bytes ?? 0);

function benched(finished: Finished): Benched {
  const lines = finished.stdout.toString().split('\n');
  const marked = lines.filter((line) => line.startsWith(marker));
  if (marked.length !== 1) {
    throw new Error(`not one line of a result: ${finished.stdout}\n${finished.stderr}`);
  }
  return {
    ...finished,
    line: JSON.parse((marked[0] ?? '').slice(marker.length)),
    others: lines.filter((line) => !line.startsWith(marker)).join('\n'),
  };
}
