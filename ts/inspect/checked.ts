/** Checks what programs pass to an inspector. */
import { InvalidOption } from '../errors.js';
import type { InspectorOptions, KillOptions } from './options.js';
import { defaultGraceMs, graceProblem, isPid } from './rules.js';

/** @throws InvalidOption */
export function checkedPid(pid: unknown): number {
  if (!isPid(pid)) throw new InvalidOption(`${String(pid)} is not a process id`);
  return pid;
}

/** @throws InvalidOption */
export function checkedFolder(folder: unknown): string {
  if (typeof folder === 'string' && folder !== '' && !folder.includes('\0')) return folder;
  throw new InvalidOption('the folder must be a path');
}

/** @throws InvalidOption */
export function checkedBackend(options: InspectorOptions): 'native' | 'sysinfo' {
  refuseOthers(options, ['backend']);
  const { backend = 'native' } = options;
  if (backend === 'native' || backend === 'sysinfo') return backend;
  throw new InvalidOption('backend must be native or sysinfo');
}

/** @throws InvalidOption */
export function checkedKill(
  options: KillOptions,
): KillOptions & { force: boolean; graceMs: number } {
  refuseOthers(options, ['force', 'graceMs', 'started']);
  const { force = false, graceMs = defaultGraceMs, started } = options;
  if (typeof force !== 'boolean') throw new InvalidOption('force must be true or false');
  if (graceProblem(graceMs) !== undefined) {
    throw new InvalidOption('graceMs must be a number of milliseconds from 0 to 3600000');
  }
  if (started === undefined) return { force, graceMs };
  if (Number.isSafeInteger(started) && started >= 0) return { force, graceMs, started };
  throw new InvalidOption('started must be a value from the inspector');
}

function refuseOthers(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOption('the options must be an object');
  }
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new InvalidOption(`there is no option ${unknown.join(', ')}`);
}
