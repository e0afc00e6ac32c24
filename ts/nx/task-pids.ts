/**
 * Which process is for which task, as Nx itself reports it from version 22.7 on, where plugins run
 * in the process that runs the tasks (`NX_ISOLATE_PLUGINS=false`). The API is not documented, so
 * every part of it is checked before it is used.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

type Listener = (taskId: string, pid: number) => void;

const file = 'nx/src/tasks-runner/task-io-service';
const listeners = new Set<Listener>();
const subscribed = new WeakSet<object>();

/** Calls `listener` for each process started for a task; the returned function unsubscribes it. */
export function onTaskPids(workspaceRoot: string, listener: Listener): () => void {
  const service = serviceOf(workspaceRoot);
  if (service && !subscribed.has(service)) {
    subscribed.add(service);
    // Nx has no way to unsubscribe.
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

/** The instance that this process has loaded; a new one would get no events. */
function serviceOf(workspaceRoot: string): Service | undefined {
  try {
    const { resolve, cache } = createRequire(join(workspaceRoot, 'package.json'));
    const service = cache[resolve(file)]?.exports.getTaskIOService();
    return typeof service?.subscribeToTaskPids === 'function' ? service : undefined;
  } catch {
    return undefined;
  }
}
