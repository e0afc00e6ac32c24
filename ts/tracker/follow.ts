/** Measures a tree that is running already, until it ends or measuring is stopped. */
import { readFileSync } from 'node:fs';
import type { SnapshotRecord } from '../native/addon.js';
import { definedOnly } from '../native/defined-only.js';
import { fromAddon } from '../native/errors.js';
import { loadAddon } from '../native/load.js';
import type { Result } from '../result/types.js';
import { describeHost } from './result/host.js';
import { buildResult } from './result/result.js';
import { newRunId } from './result/run-id.js';
import type { Metric, TraceUse } from './rules.js';

/** By the flags of the command line or by schemas. */
export interface CheckedAttachOptions {
  label?: string | undefined;
  intervalMs?: number | undefined;
  metric?: Metric | undefined;
  trace?: TraceUse | undefined;
}

export interface Followed {
  /** Resolves when the process has ended or measuring was stopped. */
  readonly result: Promise<Result>;
  /** Ends measuring; the process goes on. Safe to call again. */
  stop(): void;
  snapshot(): SnapshotRecord | undefined;
}

/** @throws AddonUnavailable, ProcessNotFound, PermissionDenied or SystemError */
export function follow(pid: number, options: CheckedAttachOptions): Followed {
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
              tracking: watch.tracking(),
            }
          : { unavailable: 'the sampling thread has ended' },
      remarks: [],
    }),
  );
  return { result, stop: () => watch.stop(), snapshot: () => watch.snapshot() ?? undefined };
}

function startWatch(pid: number, options: CheckedAttachOptions) {
  const { intervalMs, metric, trace } = options;
  const { NativeWatch } = loadAddon();
  try {
    return new NativeWatch({ pid, ...definedOnly({ trace, intervalMs, metric }) });
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
