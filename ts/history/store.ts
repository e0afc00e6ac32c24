/** The store of runs. */
import { SystemError } from '../errors.js';
import type { KillOutcome } from '../inspect/options.js';
import type { ProcessRecord } from '../inspect/process.js';
import { processRecord } from '../inspect/process-record.js';
import type { Addon, NativeIdentity } from '../native/addon.js';
import { fromAddon } from '../native/errors.js';
import { loadAddon } from '../native/load.js';
import { asCurrentResult } from '../result/older.js';
import type { StoredGroup, StoredRun, StoredTimeline } from '../result/stored-run.js';
import type { ExitCause, Host, PeakMetric, ProcessIdentity, Result } from '../result/types.js';
import { processIdentity } from '../tracker/native/process-identity.js';
import { makePrivate } from './private.js';

type Native = InstanceType<Addon['NativeStore']>;

/** Which runs are selected. An absent key selects all. */
export type RunSelection = Parameters<Native['runs']>[0];
export type Pruning = Parameters<Native['prune']>[0];
export type Pruned = ReturnType<Native['prune']>;

/** A run that has not ended, with its living processes. */
export interface AliveRun {
  run: StoredRun;
  processes: ProcessRecord[];
}

/** A run with everything that is stored of it. */
export interface WholeRun {
  run: StoredRun;
  /** Absent where it has not ended. */
  result?: Result;
  timeline: StoredTimeline;
}

/** Every method but `close()` throws StoreClosed once it is closed. */
export class Store implements Disposable {
  readonly file: string;
  /** Why other users have access to it, where that could not be changed. */
  readonly exposure: string | undefined;
  readonly #native: Native;

  private constructor(file: string, native: Native) {
    this.file = file;
    this.#native = native;
    this.exposure = makePrivate(file);
  }

  /**
   * Opens an existing store.
   *
   * @throws SystemError when there is none, or it cannot be used; AddonUnavailable
   */
  static open(file: string): Store {
    const native = mappingErrors(() => loadAddon().NativeStore.openExisting(file));
    if (native) return new Store(file, native);
    throw new SystemError(`no run has been recorded yet: there is no ${file}`);
  }

  /**
   * Opens a store, and creates it where there is none.
   *
   * @throws SystemError when it cannot be used; AddonUnavailable
   */
  static openOrMake(file: string): Store {
    return new Store(
      file,
      mappingErrors(() => loadAddon().NativeStore.open(file)),
    );
  }

  /** Oldest first. Runs whose memtop has died are marked as interrupted before. */
  runs(filter: RunSelection = {}): StoredRun[] {
    const rows: Row[] = JSON.parse(mappingErrors(() => this.#native.runs(filter)));
    const isRunning = rows.some(({ state }) => state === 'running');
    const here = isRunning ? mappingErrors(() => this.#native.runningHere()) : [];
    const starts = new Map(here.map((run) => [run.id, run]));
    return rows.map((row) => storedRun(row, starts.get(row.id)));
  }

  /** Runs by label or command, each group with its latest `peaks` peaks, the latest group first. */
  groups(filter: RunSelection, peaks: number): StoredGroup[] {
    const groups = mappingErrors(() => this.#native.groups(filter, peaks));
    return groups.map(({ label, command, runs, peaks, metric, otherMetrics }) => ({
      ...(label !== undefined && { label }),
      ...(command !== undefined && { command: JSON.parse(command) }),
      runs,
      peaks: peaks.map((peak) => peak ?? null),
      ...(metric !== undefined && { metric: metric as PeakMetric }),
      ...(otherMetrics.length > 0 && { otherMetrics: otherMetrics as PeakMetric[] }),
    }));
  }

  /** Undefined where the run has not ended. */
  result(id: string): Result | undefined {
    const json = mappingErrors(() => this.#native.result(id));
    return json === null ? undefined : (asCurrentResult(JSON.parse(json)) as Result);
  }

  timeline(id: string): StoredTimeline {
    return mappingErrors(() => this.#native.timeline(id));
  }

  whole(run: StoredRun): WholeRun {
    const result = this.result(run.id);
    return { run, ...(result && { result }), timeline: this.timeline(run.id) };
  }

  /** False where the store already has a run with this id. */
  add({ run, result, timeline }: WholeRun): boolean {
    const { id, label, command, cwd, startedAt, host, memtopVersion = 'unknown' } = run;
    const start = {
      file: this.file,
      id,
      ...(label !== undefined && { label }),
      command: JSON.stringify(command),
      ...(cwd !== undefined && { cwd }),
      startedAt,
      host: JSON.stringify(host ?? {}),
      memtopVersion,
    };
    return mappingErrors(() =>
      this.#native.importRun(start, result && endOf(run, result), timeline),
    );
  }

  prune(pruning: Pruning): Pruned {
    return mappingErrors(() => this.#native.prune(pruning));
  }

  /** The runs that are running, oldest first. */
  async alive(): Promise<AliveRun[]> {
    const alive = await mappingErrors(() => this.#native.alive()).catch(rethrow);
    return alive.flatMap(({ id, tree }) =>
      this.runs({ id }).map((run) => ({
        run,
        processes: tree.map((one) => processRecord(one, 'native')),
      })),
    );
  }

  /**
   * Ends all processes of a run. A process that has reused one of their pids is not touched.
   *
   * @throws ProcessNotFound when none is alive, and what `inspect.kill()` throws
   */
  async kill(id: string, { force = false, graceMs = 2000 } = {}): Promise<KillOutcome> {
    return mappingErrors(() => this.#native.kill(id, { force, graceMs })).catch(rethrow);
  }

  /** Queries that have begun end first. Safe to call again. */
  close(): void {
    this.#native.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The schema of the database, as SQL with comments. */
export function storeSchema(): string {
  return loadAddon().storeSchema();
}

function endOf(run: StoredRun, result: Result) {
  const { code, signal, cause } = result.exit;
  return {
    endedAt: run.endedAt ?? result.run.endedAt,
    durationMs: run.durationMs ?? result.run.durationMs,
    ...(code !== null && { exitCode: code }),
    ...(signal !== null && { signal }),
    cause,
    ...(result.peak && { peakBytes: result.peak.bytes, peakMetric: result.peak.metric }),
    result: JSON.stringify(result),
  };
}

/** A run as the addon returns it. */
interface Row {
  id: string;
  label: string | null;
  command: string[];
  cwd: string | null;
  startedAt: string;
  endedAt: string | null;
  state: StoredRun['state'];
  durationMs: number | null;
  exitCode: number | null;
  signal: string | null;
  cause: ExitCause | null;
  peakBytes: number | null;
  peakMetric: PeakMetric | null;
  host: Host | null;
  memtopVersion: string | null;
  pid: number | null;
  memtopPid: number | null;
}

/** The same processes, with their start. */
interface Starts {
  process?: NativeIdentity;
  memtop?: NativeIdentity;
}

function storedRun(row: Row, starts: Starts = {}): StoredRun {
  const { id, label, command, cwd, startedAt, endedAt, state, durationMs } = row;
  const { exitCode: code, signal, cause, peakBytes, peakMetric, host, memtopVersion } = row;
  const process = processOf(row.pid, starts.process);
  const memtop = processOf(row.memtopPid, starts.memtop);
  return {
    id,
    ...(label !== null && { label }),
    command,
    ...(cwd !== null && { cwd }),
    startedAt,
    ...(endedAt !== null && { endedAt }),
    state,
    ...(durationMs !== null && { durationMs }),
    ...(cause !== null && { exit: { code, signal, cause } }),
    ...(peakBytes !== null && { peakBytes }),
    ...(peakMetric !== null && { peakMetric }),
    ...(host !== null && { host }),
    ...(memtopVersion !== null && { memtopVersion }),
    ...(process && { process }),
    ...(memtop && { memtop }),
  };
}

function processOf(
  pid: number | null,
  known: NativeIdentity | undefined,
): ProcessIdentity | undefined {
  if (known) return processIdentity(known);
  return pid === null ? undefined : { pid };
}

function mappingErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fromAddon(error);
  }
}

function rethrow(error: unknown): never {
  throw fromAddon(error);
}
