/** The result of a build, for tests of reports. */
import type { Result } from '../../ts/result/types.js';

export const MB = 1024 * 1024;

export const exampleResult = {
  schema: 'memtop.result/2',
  memtopVersion: '1.0.0',
  run: {
    id: '20260101-000000-abcdef',
    command: ['npm', 'run', 'build'],
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:20.100Z',
    durationMs: 20_100,
    host: { os: 'linux', arch: 'x64', kernel: '6.12.0', cpus: 2, memoryBytes: 8192 * MB },
  },
  exit: { code: 0, signal: null, cause: 'exit' },
  peak: {
    bytes: 1434 * MB,
    metric: 'unique',
    method: 'scanned',
    atMs: 12_340,
    rssBytes: 1434 * MB,
    highestRssBytes: 1434 * MB,
    lowerBytes: 1434 * MB,
    upperBytes: 1500 * MB,
    processCount: 8,
    processes: [],
    rollup: [
      { name: 'node', count: 3, bytes: 1200 * MB },
      { name: 'esbuild', count: 1, bytes: 140 * MB },
      { name: 'sh', count: 2, bytes: 4 * MB },
      { name: 'a', count: 1, bytes: 50 * MB },
      { name: 'b', count: 1, bytes: 40 * MB },
    ],
  },
  largestProcess: {
    pid: 7,
    name: 'node',
    command: ['/usr/bin/node', 'node_modules/.bin/tsc', '-b'],
    bytes: 612 * MB,
    method: 'scanned',
  },
  processes: { seen: 57, unmeasured: 3, maxAlive: 9 },
  sampling: {
    method: 'scanned',
    intervalMs: 10,
    ticks: 2010,
    medianGapMs: 10,
    maxGapMs: 12.4,
    cpuMs: 40,
  },
  warnings: [],
} satisfies Result;
