import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { MemoryTracker } from '../../../ts/tracker/api/memory-tracker.js';
import { temporaryFolder } from '../../helpers/folder.js';
import { MB } from '../../helpers/measured.js';
import { Running, until } from '../../helpers/processes.js';

const fill = 'open Z, "</dev/zero"; sysread Z, $held, 150 * 1024 * 1024;';

/**
 * A shell that is not a child of this process: it waits for a line, fills memory briefly, and ends.
 */
async function orphan(
  folder: string,
): Promise<{ pid: number; go: () => void; gone: () => boolean }> {
  const file = (name: string) => join(folder, name);
  const script = `echo $$ > '${file('pid.part')}'; mv '${file('pid.part')}' '${file('pid')}'
    read word < '${file('fifo')}'; for i in 1 2 3; do perl -e '${fill}'; done
    : > '${file('over')}'`;
  const starter = new Running('sh', [
    '-c',
    `mkfifo '${file('fifo')}'; (sh -c "$0" >/dev/null 2>&1 &) ; true`,
    script,
  ]);
  await starter.finished();
  const text = (name: string) => {
    try {
      return readFileSync(file(name), 'utf8');
    } catch {
      return undefined;
    }
  };
  await until(() => text('pid') !== undefined, 'the orphan to write its pid');
  const { writeFileSync } = await import('node:fs');
  return {
    pid: Number(text('pid')),
    go: () => writeFileSync(file('fifo'), 'go\n'),
    gone: () => text('over') !== undefined,
  };
}

const tracerOf = (pid: number) =>
  /^TracerPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

test('a running tree is traced, and left alone afterwards', async (t) => {
  using tracker = new MemoryTracker({ trace: 'on', intervalMs: 60_000 });
  const { pid, go, gone } = await orphan(temporaryFolder(t));
  const task = tracker.track(pid, { id: 'orphan' });
  t.not(tracerOf(pid), '0');
  go();
  await until(gone, 'the orphan to have done its work');
  const { peak, processCount } = await task.finish();
  t.is(processCount, 4);
  // Far between two samples: only at the ends of the processes was it there to be seen.
  t.true((peak?.bytes ?? 0) >= 150 * MB, `${peak?.bytes}`);
});

test('a child of the program itself is only sampled, with one warning', async (t) => {
  const warnings: string[] = [];
  const listen = ({ message }: Error) => warnings.push(message);
  process.on('warning', listen);
  t.teardown(() => process.off('warning', listen));
  using tracker = new MemoryTracker({ trace: 'on' });
  const running = new Running('perl', ['-e', `${fill} $| = 1; print "READY"; sleep 100`]);
  tracker.startTracking(running.pid);
  await running.printed('READY');
  t.true((tracker.stopTracking(running.pid) ?? 0) >= 150 * MB);
  t.is(tracerOf(running.pid), '0');
  await running.killed();
  t.is(warnings.filter((text) => text.includes('a child of this very process')).length, 1);
});
