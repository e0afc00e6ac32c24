/**
 * Which process is for which task, by Nx's own word. It has one where plugins run in the process
 * that runs the tasks (`NX_ISOLATE_PLUGINS=false`), and since version 22.7. It is nothing that Nx
 * promises, so all of it is looked at before it is used.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

type Listener = (taskId: string, pid: number) => void;

const file = 'nx/src/tasks-runner/task-io-service';
const listeners = new Set<Listener>();
const heard = new WeakSet<object>();

/** Has it called for each process that is started for a task, until what this gives back is. */
export function onTaskPids(workspaceRoot: string, listener: Listener): () => void {
  const service = serviceOf(workspaceRoot);
  if (service && !heard.has(service)) {
    heard.add(service);
    // There is no way to take it back.
    service.subscribeToTaskPids((update: unknown) => {
      const { taskId, pid } = (update ?? {}) as Record<string, unknown>;
      if (typeof taskId !== 'string' || typeof pid !== 'number') return;
      for (const one of listeners) one(taskId, pid);
    });
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}

interface Service {
  subscribeToTaskPids(listener: (update: unknown) => void): void;
}

/** The one of this process; another one would hear of nothing. */
function serviceOf(workspaceRoot: string): Service | undefined {
  try {
    const { resolve, cache } = createRequire(join(workspaceRoot, 'package.json'));
    const service = cache[resolve(file)]?.exports.getTaskIOService();
    return typeof service?.subscribeToTaskPids === 'function' ? service : undefined;
  } catch {
    return undefined;
  }
}
