/** `memtop` alone, on a terminal: the process trees of the machine by memory, live. */
import { freemem, totalmem } from 'node:os';
import { MemtopError } from '../../errors.js';
import { inspect } from '../../inspect/inspect.js';
import { type ProcessPlace, placeOf } from '../../inspect/place.js';
import type { ProcessRecord } from '../../inspect/process.js';
import type { SnapshotRecord } from '../../native/addon.js';
import { formatBytes } from '../../report/bytes.js';
import { lookIn } from '../../report/look.js';
import type { Result } from '../../result/types.js';
import { snapshotOf } from '../../tracker/api/snapshot.js';
import type { Followed } from '../../tracker/follow.js';
import { afterTimeout } from '../../tracker/timer.js';
import { withResidentMemory } from '../../ui/machine/groups.js';
import { type Source, showLive } from '../../ui/machine/live.js';
import { exitCodes } from '../exit-code.js';
import { livingProcesses } from '../view/living.js';
import { say, terminalColumns } from '../write.js';

/** Returns when the user quits. */
export async function live(): Promise<number> {
  try {
    await showLive(machine(), {
      title: () => 'memtop',
      shown: lookIn(process.env, terminalColumns(1)),
    });
    return 0;
  } catch (error) {
    if (!(error instanceof MemtopError)) throw error;
    say(`memtop: ${error.message}`);
    return exitCodes.failed;
  }
}

/** Shows a tree while it is measured, until it ends or the user quits. */
export async function watchTree(
  pid: number,
  attached: Followed,
  timeoutMs: number | undefined,
): Promise<Result> {
  const tree = measuredTree(attached);
  const cancelTimeout = afterTimeout(timeoutMs, attached.stop);
  try {
    await showLive(tree, {
      title: () => titleOf(pid, tree.snapshot()),
      shown: lookIn(process.env, terminalColumns(1)),
      until: attached.result,
      opened: 'all',
    });
  } finally {
    cancelTimeout();
    attached.stop();
  }
  return attached.result;
}

function titleOf(pid: number, snapshot: SnapshotRecord | undefined): string {
  if (!snapshot) return `memtop attach ${pid}`;
  const { bytes, peakBytes } = snapshotOf(snapshot);
  return `memtop attach ${pid}: ${formatBytes(bytes)}, peak ${formatBytes(peakBytes)}`;
}

/** All processes of the machine. */
function machine(): Source {
  const places = new Places();
  return {
    ...ofMachine,
    memoryTitle: 'RSS',
    async look() {
      const processes = await inspect.list();
      places.forgetOthers(processes);
      return withResidentMemory(processes);
    },
    placeOf: (process) => places.of(process),
  };
}

/** The processes of one tree; its total and its processes come from the same snapshot. */
export function measuredTree(
  attached: Pick<Followed, 'snapshot'>,
): Source & Pick<Followed, 'snapshot'> {
  let seen = attached.snapshot();
  return {
    ...ofMachine,
    memoryTitle: 'MEMORY',
    async look() {
      const listed = await inspect.list();
      seen = attached.snapshot() ?? seen;
      return livingProcesses(seen?.living ?? [], listed);
    },
    placeOf: () => undefined,
    snapshot: () => seen,
  };
}

const ofMachine: Pick<Source, 'memory' | 'kill'> = {
  memory: () => ({ usedBytes: totalmem() - freemem(), totalBytes: totalmem() }),
  kill: (pid, options) => inspect.kill(pid, options),
};

/** Caches the place of each process. */
class Places {
  readonly #known = new Map<string, ProcessPlace | undefined>();

  of(process: ProcessRecord): ProcessPlace | undefined {
    const key = keyOf(process);
    if (!this.#known.has(key)) this.#known.set(key, placeOf(process.pid));
    return this.#known.get(key);
  }

  forgetOthers(processes: readonly ProcessRecord[]): void {
    const there = new Set(processes.map(keyOf));
    for (const key of this.#known.keys()) if (!there.has(key)) this.#known.delete(key);
  }
}

function keyOf({ pid, started }: ProcessRecord): string {
  return `${pid} ${started}`;
}
