/** The content of the lines below a command's output, from a snapshot of its tree. */
import type { SnapshotRecord } from '../../native/addon.js';
import { programName } from '../../report/process-name.js';
import type { RunningTask } from '../../tasks/tasks-run.js';
import type { BlockData, BlockTask } from '../../ui/inline/block.js';

export function blockData(snapshot: SnapshotRecord): BlockData {
  const { atMs, bytes, limitBytes, tree, living } = snapshot;
  const isHighest = bytes >= (tree.peak?.bytes ?? 0);
  return {
    atMs,
    bytes,
    peakBytes: isHighest ? bytes : (tree.peak?.bytes ?? 0),
    peakAtMs: isHighest ? atMs : (tree.peak?.atMs ?? 0),
    processCount: living.length,
    trend: tree.timeline.bytes,
    ...(limitBytes !== undefined && { limitBytes }),
    tasks: runningTasks(snapshot),
    largest: largest(living),
  };
}

/** The same for named tasks; a task in which others were found is shown as those. */
export function blockDataOfTasks(
  snapshot: SnapshotRecord,
  running: ReadonlyMap<string, RunningTask>,
): BlockData {
  return { ...blockData(snapshot), tasks: [...running].flatMap(namedTasks) };
}

function namedTasks([name, { task, session, execution }]: [string, RunningTask]): BlockTask[] {
  const whole = execution?.snapshot();
  const inner = (whole ? runningTasks(whole) : []).filter(({ id }) => id !== task.foundAs);
  if (inner.length > 0) return inner.map((one) => ({ ...one, id: `${name} > ${one.id}` }));
  const own = session.snapshot();
  if (!own) return [];
  return [
    { id: name, bytes: own.bytes, peakBytes: Math.max(own.bytes, own.tree.peak?.bytes ?? 0) },
  ];
}

/** Without services, which no run waits for. */
function runningTasks({ found, living }: SnapshotRecord): BlockTask[] {
  return found.tasks.flatMap(({ id, isService, endedAtMs, work }, place) => {
    if (isService || endedAtMs !== undefined) return [];
    const own = living.filter(({ task }) => task === place);
    const bytes = own.reduce((sum, process) => sum + process.bytes, 0);
    return [{ id, bytes, peakBytes: Math.max(bytes, work.peak?.bytes ?? 0) }];
  });
}

function largest(living: SnapshotRecord['living']): BlockData['largest'] {
  const names = new Map<string, { bytes: number; count: number }>();
  for (const process of living) {
    const name = programName(process);
    const { bytes, count } = names.get(name) ?? { bytes: 0, count: 0 };
    names.set(name, { bytes: bytes + process.bytes, count: count + 1 });
  }
  return [...names]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((one, other) => other.bytes - one.bytes);
}
