/** Whether the programs that a test needs are on this machine. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Lack } from './needs.js';

/** The first of these that is not there. */
export function whatIsMissing(programs: readonly string[]): Lack | undefined {
  const need = programs.find((program) => pathOf(program) === undefined);
  return need === undefined ? undefined : { need, why: `${need} is not installed` };
}

/** Where the shell would find a program; a path with a slash is used directly. */
export function pathOf(program: string): string | undefined {
  if (program.includes('/')) return isExecutable(program) ? program : undefined;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/** For a test that needs root. */
export function unlessRoot(): Lack | undefined {
  return process.getuid?.() === 0 ? undefined : { need: 'root', why: 'only root can prepare it' };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
