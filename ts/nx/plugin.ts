/**
 * The plugin for `"plugins": ["memtop/nx"]` in nx.json: peaks of the tasks of a run.
 *
 * Nx loads it for every run, so it is small and loads the rest only when it is asked to measure. It
 * is CommonJS, since Nx loads plugins with `require`. Its hooks are there also when it is not asked:
 * Nx remembers which hooks a plugin has.
 */
import { isAskedFor } from './activation.js';
import type { RunContext } from './context.js';

export const name = 'memtop/nx';

/** Called before the tasks of a run. Whatever goes wrong here must not become the run's failure. */
export async function preTasksExecution(_options: unknown, context: unknown): Promise<void> {
  if (!isAskedFor(process.env)) return;
  const { begin } = await session();
  await begin?.(context as RunContext);
}

/** Called after them. */
export async function postTasksExecution(_options: unknown, context: unknown): Promise<void> {
  if (!isAskedFor(process.env)) return;
  const { end } = await session();
  await end?.(context as RunContext);
}

/** Nothing where even that cannot be loaded, which is said where Nx keeps what plugins say. */
async function session(): Promise<Partial<typeof import('./session.js')>> {
  try {
    return await import('./session.js');
  } catch (error) {
    process.stderr.write(`memtop: nothing is measured: ${error}\n`);
    return {};
  }
}
