/** Whether the programs that a test needs are on this machine. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Why a test that needs these must be skipped, if it must. */
export function whatIsMissing(programs: readonly string[]): string | undefined {
  const missing = programs.find((program) => pathOf(program) === undefined);
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/** Where the shell would find a program; one with a slash is where it says. */
export function pathOf(program: string): string | undefined {
  if (program.includes('/')) return isExecutable(program) ? program : undefined;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/** Why a test that only the superuser can make must be skipped, if it must. */
export function unlessRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'only the superuser can prepare it';
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
