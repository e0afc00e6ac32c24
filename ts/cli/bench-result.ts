/** The machine-readable line that a bench prints. */
import type { Result } from '../result/types.js';

/** The result without its timelines, which are in files. */
export function resultLine({ timeline: _, tasks, programs, ...result }: Result): string {
  const shown = {
    ...result,
    ...(programs && { programs: programs.map(({ timeline: _, ...program }) => program) }),
    ...(tasks && { tasks: tasks.map(({ timeline: _, ...task }) => task) }),
  };
  return `[BUILD-MEM RESULT] ${JSON.stringify(shown)}`;
}
