/** The one line that a bench prints for programs. */
import type { Result } from '../result/types.js';

/** All of the result but its timelines, which are in files. */
export function resultLine({ timeline: _, tasks, programs, ...result }: Result): string {
  const shown = {
    ...result,
    ...(programs && { programs: programs.map(({ timeline: _, ...program }) => program) }),
    ...(tasks && { tasks: tasks.map(({ timeline: _, ...task }) => task) }),
  };
  return `[BUILD-MEM RESULT] ${JSON.stringify(shown)}`;
}
