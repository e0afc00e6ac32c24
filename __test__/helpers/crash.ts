/** The state of a run when the guard ends it. */
import type { Crash, CrashProcess } from '../../ts/report/crash/crash.js';
import { MB } from './measured.js';

export function crashProcess(
  pid: number,
  parentPid: number,
  name: string,
  megabytes: number,
  more: Partial<CrashProcess> = {},
): CrashProcess {
  return {
    pid,
    parentPid,
    name,
    command: [name],
    task: 'build',
    bytes: megabytes * MB,
    rssBytes: megabytes * MB,
    startedAtMs: 0,
    ...more,
  };
}

export const crash: Crash = {
  at: new Date('2026-11-20T14:07:02.345Z'),
  reason: 'limit',
  bytes: 523 * MB,
  limitBytes: 500 * MB,
  run: {
    id: '20261120-140600-abcdef',
    label: 'nightly',
    command: ['npm', 'run', 'build', '--token', 'hidden'],
    cwd: '/work/app',
    host: { os: 'linux', arch: 'x64', kernel: '6.12.0', cpus: 8, memoryBytes: 8192 * MB },
  },
  task: 'build',
  processes: [
    crashProcess(10, 1, 'npm', 60),
    crashProcess(11, 10, 'sh', 3),
    crashProcess(12, 11, 'node', 400, { bytes: 390 * MB, command: ['node', 'x.js'] }),
    crashProcess(13, 10, 'node', 60, { command: ['node', 'API_KEY=hidden'] }),
  ],
  timeline: { atMs: [0, 30_000, 59_000, 60_000], bytes: [0, 100 * MB, 110 * MB, 523 * MB] },
  sampling: { method: 'scanned', ticks: 600, intervalMs: 100 },
  memory: {
    currentBytes: 523 * MB,
    peakBytes: 530 * MB,
    machineTotalBytes: 8192 * MB,
    machineAvailableBytes: 700 * MB,
    limitedBy: '/system.slice/ci.service',
  },
  graceMs: 2_000,
};

export const runtime = { memtopVersion: '1.2.3', nodeVersion: 'v24.1.0', threads: 9 };
