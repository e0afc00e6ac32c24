/** Made-up results of runs. */
import type { Peak, PeakMetric, Result } from '../../ts/result/types.js';
import { MB } from './measured.js';

interface Made {
  readonly id?: string;
  readonly megabytes?: number;
  readonly tasks?: Readonly<Record<string, number>>;
  readonly stages?: Readonly<Record<string, number>>;
  /** By name: how many and their megabytes together. */
  readonly processes?: Readonly<Record<string, readonly [count: number, megabytes: number]>>;
  readonly kernelMegabytes?: number;
  readonly code?: number;
  readonly durationMs?: number;
  readonly metric?: PeakMetric;
}

let made = 0;

export function resultOf({
  id = `20260101-000000-${String(made++).padStart(6, '0')}`,
  megabytes,
  tasks = {},
  stages = {},
  processes = {},
  kernelMegabytes,
  code = 0,
  durationMs = 20_000,
  metric = 'unique',
}: Made): Result {
  return {
    schema: 'memtop.result/2',
    memtopVersion: '1.0.0',
    run: {
      id,
      command: ['npm', 'run', 'build'],
      cwd: '/work/app',
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:20.000Z',
      durationMs,
      host: { os: 'linux', arch: 'x64', kernel: '6.12.0', cpus: 2, memoryBytes: 8192 * MB },
    },
    exit: { code, signal: null, cause: 'exit' },
    ...(megabytes !== undefined && { peak: peakOf(megabytes, processes, metric) }),
    ...(kernelMegabytes !== undefined && {
      cgroup: { version: 2, path: '/run', peakBytes: kernelMegabytes * MB, escaped: 0 },
    }),
    sampling: { method: 'scanned' },
    tasks: Object.entries(tasks).map(([id, own]) => ({
      id,
      source: 'npm',
      status: 'ended',
      peak: peakOf(own, {}, metric),
    })),
    stages: Object.entries(stages).map(([name, own]) => ({
      name,
      peakBytes: own * MB,
      firstSeenMs: 0,
      lastSeenMs: 1,
      durationMs: 1,
    })),
    warnings: [],
  };
}

function peakOf(
  megabytes: number,
  processes: Readonly<Record<string, readonly [number, number]>>,
  metric: PeakMetric,
): Peak {
  const bytes = Math.round(megabytes * MB);
  return {
    bytes,
    metric,
    method: 'scanned',
    atMs: 10_000,
    rssBytes: bytes,
    highestRssBytes: bytes,
    lowerBytes: bytes,
    processCount: 1,
    processes: [
      {
        pid: 7,
        startedAtMs: 0,
        name: 'node',
        command: ['node', 'build.js', '--token', 'secret1234567890'],
        bytes,
        rssBytes: bytes,
      },
    ],
    rollup: Object.entries(processes).map(([name, [count, own]]) => ({
      name,
      count,
      bytes: own * MB,
    })),
  };
}
