/** Tasks of a config in a folder of their own, run by the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Result } from '../../ts/result/types.js';
import { temporaryFolder } from './folder.js';
import { type Finished, fixture, memtop } from './processes.js';

type Tasks = Readonly<Record<string, object>>;

export function folderOf(t: ExecutionContext, tasks: Tasks): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'memtop.config.json'), JSON.stringify({ tasks }));
  return folder;
}

export async function ran(
  t: ExecutionContext,
  tasks: Tasks,
  args: readonly string[] = Object.keys(tasks),
): Promise<Finished & { result: Result; folder: string }> {
  const folder = folderOf(t, tasks);
  const file = join(folder, 'result.json');
  const finished = await memtop(['run', '--json', file, ...args], { cwd: folder });
  return { ...finished, folder, result: JSON.parse(readFileSync(file, 'utf8')) };
}

/** A command that allocates some megabytes and holds them for some seconds. */
export const holding = (megabytes: number, seconds = 0): string[] => [
  'perl',
  '-e',
  `$held .= "x" x (1 << 20) for 1..${megabytes}; select undef, undef, undef, ${seconds}`,
];

/** Allocates memory and holds it until all processes in the same folder hold theirs. */
export const holdingTogether = (megabytes: number, count: number): string[] => [
  'perl',
  fixture('fill.pl'),
  `${megabytes}`,
  '0.3',
  '.',
  `${count}`,
];
