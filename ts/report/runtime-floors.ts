/**
 * The least memory that runtimes need to start at their usual speed, whatever a program asks of
 * them: their program files and libraries are mapped and must stay in memory. Measured by
 * `npm run bench:floors`; docs/reports.md tells how.
 */
import type { ProcessAtPeak } from '../result/types.js';
import { programName } from './process-name.js';

export interface RuntimeFloor {
  readonly runtime: string;
  readonly bytes: number;
}

interface Runtime {
  readonly name: string;
  readonly program: RegExp;
  readonly megabytes: number;
}

const runtimes: readonly Runtime[] = [
  { name: 'java', program: /^java$/, megabytes: 60 },
  { name: 'node', program: /^node(?:js)?$/, megabytes: 52 },
  { name: 'ruby', program: /^ruby(?:\d+(?:\.\d+)?)?$/, megabytes: 20 },
  { name: 'python', program: /^(?:python|pypy)(?:\d+(?:\.\d+)?)?$/, megabytes: 12 },
];

/** Of the most demanding runtime among the processes; nothing where none is known. */
export function runtimeFloor(processes: readonly ProcessAtPeak[]): RuntimeFloor | undefined {
  const programs = new Set(processes.flatMap(programsOf));
  const found = runtimes.find(({ program }) => [...programs].some((name) => program.test(name)));
  return found && { runtime: found.name, bytes: found.megabytes * 1024 ** 2 };
}

/** A script is called by its own name; what runs it stands in its command line. */
function programsOf({ name, command }: ProcessAtPeak): string[] {
  return [programName({ name, command }), programName({ name: '', command })];
}
