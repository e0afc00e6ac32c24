/** Reads a file of `.turbo/runs`, in which turbo records a run when it is asked to. */
import { codeOf, fieldsOf, listOf, textOf } from './json.js';
import { isWithin, type RecordedTask, type Span } from './record.js';

/**
 * No tasks where the content is not as expected, or is of a run that was not within `span`. Tasks
 * of the root have no package name, and are named after `rootName`.
 */
export function turboTasks(
  file: unknown,
  span: Span,
  rootName: string | undefined,
): RecordedTask[] {
  const { execution, tasks } = fieldsOf(file);
  const times = spanOf(execution);
  if (!times || !isWithin(times, span)) return [];
  return listOf(tasks).flatMap((task) => {
    const { taskId, cache, execution } = fieldsOf(task);
    const id = textOf(taskId);
    const its = spanOf(execution);
    if (id === undefined || !its) return [];
    const code = codeOf(fieldsOf(execution).exitCode);
    return [{ id: nameOf(id, rootName), source: 'turbo', ...cacheOf(cache), ...code, ...its }];
  });
}

function nameOf(id: string, rootName: string | undefined): string {
  const script = id.includes('#') ? /^\/\/#(.+)$/.exec(id)?.[1] : id;
  return script === undefined || rootName === undefined ? id : `${rootName}#${script}`;
}

function cacheOf(value: unknown): Pick<RecordedTask, 'cache'> {
  const { status, source } = fieldsOf(value);
  if (status !== 'HIT') return {};
  return { cache: source === 'REMOTE' ? 'remote' : 'local' };
}

function spanOf(value: unknown): Span | undefined {
  const { startTime: startMs, endTime: endMs } = fieldsOf(value);
  if (typeof startMs !== 'number' || typeof endMs !== 'number') return undefined;
  return startMs <= endMs ? { startMs, endMs } : undefined;
}
