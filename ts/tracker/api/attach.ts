/** Measures a tree that somebody else started, until it ends or somebody has seen enough. */
import { readFileSync } from 'node:fs';
import type { SnapshotRecord } from '../../native/addon.js';
import { fromAddon } from '../../native/errors.js';
import { loadAddon } from '../../native/load.js';
import type { Result } from '../../result/types.js';
import { describeHost } from '../result/host.js';
import { buildResult } from '../result/result.js';
import { newRunId } from '../result/run-id.js';
import type { Metric } from '../rules.js';

export interface AttachOptions {
  label?: string | undefined;
  intervalMs?: number | undefined;
  metric?: Metric | undefined;
  /** Whether the tree is traced. Default: off, since nobody has asked for it to be touched. */
  trace?: 'on' | 'off' | undefined;
}

export interface Attached {
  /** Resolves when the process has ended or measuring was stopped. */
  readonly result: Promise<Result>;
  /** Ends measuring; the process goes on. Safe to call again. */
  stop(): void;
  snapshot(): SnapshotRecord | undefined;
}

/** @throws AddonUnavailable, ProcessNotFound, PermissionDenied or SystemError */
export function attach(pid: number, options: AttachOptions): Attached {
  const { label, intervalMs, metric, trace } = options;
  const startedAt = new Date();
  const command = commandLine(pid);
  const watch = startWatch(pid, { intervalMs, metric, trace });
  const facts = {
    id: newRunId(startedAt),
    ...(label !== undefined && { label }),
    command,
    startedAt: startedAt.toISOString(),
    host: describeHost(),
  };
  const result = watch.ended().then(({ durationMs, tree, sampling }) =>
    buildResult(facts, {
      exit: { code: null, signal: null, cause: 'unknown' },
      durationMs,
      measured:
        tree && sampling
          ? {
              tree,
              sampling,
              ceilingBytes: tree.ceilingBytes,
              ...(trace === 'on'
                ? { traced: { stops: 0, released: 0 } }
                : { untracedBecause: 'it was not asked for' }),
            }
          : { unavailable: 'the sampling thread has ended' },
      remarks: [],
    }),
  );
  return { result, stop: () => watch.stop(), snapshot: () => watch.snapshot() ?? undefined };
}

function startWatch(pid: number, options: AttachOptions) {
  const { intervalMs, metric, trace } = options;
  const { NativeWatch } = loadAddon();
  try {
    return new NativeWatch({
      pid,
      ...(trace !== undefined && { trace }),
      ...(intervalMs !== undefined && { intervalMs }),
      ...(metric !== undefined && { metric }),
    });
  } catch (error) {
    throw fromAddon(error);
  }
}

/** Empty where the process is gone; the addon says so a moment later. */
function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0$/, '').split('\0');
  } catch {
    return [];
  }
}
