/** The part of a result that is known at the start of a run. */
import { describeHost } from './host.js';
import type { RunFacts } from './result.js';
import { newRunId } from './run-id.js';

interface Named {
  label?: string | undefined;
  cwd?: string | undefined;
}

export function factsOf(command: readonly string[], { label, cwd }: Named): RunFacts {
  const startedAt = new Date();
  return {
    id: newRunId(startedAt),
    ...(label !== undefined && { label }),
    command: [...command],
    ...workingDirectory(cwd),
    startedAt: startedAt.toISOString(),
    host: describeHost(),
  };
}

/** Absent where the directory was removed. */
function workingDirectory(cwd: string | undefined): { cwd?: string } {
  try {
    return { cwd: cwd ?? process.cwd() };
  } catch {
    return {};
  }
}
