/** Makes the one plain value that a run leaves behind. */
import type { SamplingRecord, TreeRecord } from '../native/addon.js';
import { packageVersion } from '../package.js';
import { resultSchemaName } from '../result/name.js';
import type { Result } from '../result/types.js';
import type { Outcome } from './outcome.js';

export interface RunFacts extends Omit<Result['run'], 'endedAt' | 'durationMs'> {}

export function buildResult(run: RunFacts, outcome: Outcome): Result {
  const { measured } = outcome;
  const endedAt = new Date(Date.parse(run.startedAt) + outcome.durationMs).toISOString();
  return {
    schema: resultSchemaName,
    memtopVersion: packageVersion,
    run: { ...run, endedAt, durationMs: rounded(outcome.durationMs) },
    exit: outcome.exit,
    ...('unavailable' in measured
      ? { sampling: { method: 'unavailable', fallbackReason: measured.unavailable } }
      : { ...tree(measured.tree), sampling: sampling(measured.sampling) }),
    warnings: warnings(outcome),
  };
}

function tree({ peak, largest, seen, unmeasured, maxAlive }: TreeRecord): Partial<Result> {
  return {
    ...(peak && {
      peak: {
        bytes: peak.bytes,
        metric: 'rss',
        method: 'scanned',
        atMs: rounded(peak.atMs),
        rssBytes: peak.bytes,
        processCount: peak.processes.length,
        processes: peak.processes.map((process) => ({
          ...process,
          startedAtMs: rounded(process.startedAtMs),
        })),
        rollup: rollUp(peak.processes),
      },
    }),
    ...(largest && { largestProcess: { ...largest, method: 'scanned' } }),
    processes: { seen, unmeasured, maxAlive },
  };
}

function rollUp(processes: { name: string; rssBytes: number }[]) {
  const groups = new Map<string, { name: string; count: number; bytes: number }>();
  for (const { name, rssBytes } of processes) {
    const group = groups.get(name) ?? { name, count: 0, bytes: 0 };
    group.count += 1;
    group.bytes += rssBytes;
    groups.set(name, group);
  }
  return [...groups.values()].sort((one, other) => other.bytes - one.bytes);
}

function sampling(record: SamplingRecord): Result['sampling'] {
  return {
    method: 'scanned',
    intervalMs: record.intervalMs,
    ticks: record.ticks,
    ...(record.medianGapMs !== undefined && { medianGapMs: rounded(record.medianGapMs) }),
    ...(record.maxGapMs !== undefined && { maxGapMs: rounded(record.maxGapMs) }),
    cpuMs: rounded(record.cpuMs),
  };
}

function warnings({ measured, remarks, exit }: Outcome): Result['warnings'] {
  const found = remarks.map((message) => ({ code: 'remark', message }));
  if ('unavailable' in measured) {
    if (exit.cause !== 'not-started') {
      found.push({ code: 'unmeasured', message: `nothing was measured: ${measured.unavailable}` });
    }
  } else if (measured.sampling.failures > 0) {
    const { failures, firstFailure, gaveUp } = measured.sampling;
    found.push({
      code: gaveUp ? 'sampling-ended' : 'samples-failed',
      message:
        `${failures} samples failed${gaveUp ? ' and sampling was given up' : ''}: ` +
        `${firstFailure}`,
    });
  }
  return found;
}

/** Microseconds are as exact as the clocks behind these figures. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
