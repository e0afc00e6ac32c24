/**
 * The plugin for `"plugins": ["memtop/nx"]` in nx.json: peaks of the tasks of a run.
 *
 * Nx loads it for every run, so it is small and loads the rest only when a run is measured. It is
 * CommonJS, since Nx loads plugins with `require`. It always has its hooks, since Nx remembers
 * which hooks a plugin has.
 */
import { isEnabled } from './activation.js';
import type { RunContext } from './context.js';

export const name = 'memtop/nx';

/** Called before the tasks of a run. An error here must not fail the run. */
export async function preTasksExecution(_options: unknown, context: unknown): Promise<void> {
  if (!isEnabled(process.env)) return;
  const { begin } = await session();
  await begin?.(context as RunContext);
}

/** Called after the tasks of a run. */
export async function postTasksExecution(_options: unknown, context: unknown): Promise<void> {
  if (!isEnabled(process.env)) return;
  const { end } = await session();
  await end?.(context as RunContext);
}

/** Empty where it cannot be loaded. The message goes to the log that Nx keeps of plugins. */
async function session(): Promise<Partial<typeof import('./session.js')>> {
  try {
    return await import('./session.js');
  } catch (error) {
    process.stderr.write(`memtop: nothing is measured: ${error}\n`);
    return {};
  }
}
