/** The machine-readable line that a bench prints. */
import type { Result } from '../result/types.js';

/** The result without timelines and without programs, which consist of timelines. */
export function resultLine({ timeline: _, programs: __, tasks, ...result }: Result): string {
  const shown = {
    ...result,
    ...(tasks && { tasks: tasks.map(({ timeline: _, ...task }) => task) }),
  };
  return `[BUILD-MEM RESULT] ${JSON.stringify(shown)}`;
}
