/** Reads `run.json`, in which Nx and Lerna record their last run. */
import { codeOf, fieldsOf, listOf, textOf } from './json.js';
import { isWithin, type RecordedTask, type Span } from './record.js';

const caches: Readonly<Record<string, 'local' | 'remote' | undefined>> = {
  'local-cache-hit': 'local',
  'remote-cache-hit': 'remote',
  'cache-miss': undefined,
};

/** No tasks where the content is not as expected, or is of a run that was not within `span`. */
export function nxTasks(file: unknown, span: Span, source: 'nx' | 'lerna'): RecordedTask[] {
  const { run, tasks } = fieldsOf(file);
  const times = spanOf(run);
  if (!times || !isWithin(times, span)) return [];
  return listOf(tasks).flatMap((task) => {
    const { taskId, cacheStatus, status } = fieldsOf(task);
    const id = textOf(taskId);
    const its = spanOf(task);
    if (id === undefined || !its || typeof cacheStatus !== 'string') return [];
    if (!Object.hasOwn(caches, cacheStatus)) return [];
    const cache = caches[cacheStatus];
    return [{ id, source, ...(cache && { cache }), ...exitCodeOf(status), ...its }];
  });
}

/** Whether Lerna wrote it, as far as the content says. */
export function isOfLerna(file: unknown): boolean {
  const { command } = fieldsOf(fieldsOf(file).run);
  return typeof command === 'string' && /^lerna(?: |$)/.test(command);
}

/** Nx records 1 for any failure, whatever the exit code of the command was. */
function exitCodeOf(status: unknown): Pick<RecordedTask, 'code'> {
  const { code } = codeOf(status);
  return code === undefined ? {} : { code: code === 0 ? 0 : null };
}

function spanOf(value: unknown): Span | undefined {
  const { startTime, endTime } = fieldsOf(value);
  const [startMs, endMs] = [startTime, endTime].map((time) =>
    typeof time === 'string' ? Date.parse(time) : Number.NaN,
  ) as [number, number];
  return startMs <= endMs ? { startMs, endMs } : undefined;
}
