/** What the kernel says of a process's memory while the process runs. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { median } from '../ts/compare/statistics/median.js';

export interface ProcessMemory {
  /** The highest resident memory, as the kernel kept it. */
  readonly peakBytes: number;
  /** Of the largest reading: heaps and stacks. */
  readonly anonBytes: number;
  /** Of the largest reading: pages of files, such as of the program itself; others may share them. */
  readonly fileBytes: number;
  /** The median of the readings' resident memory: what the process needs for most of its life. */
  readonly waitingBytes: number;
}

interface Reading {
  readonly highWaterBytes: number;
  readonly rssBytes: number;
  readonly anonBytes: number;
  readonly fileBytes: number;
}

/** Short, as what a program needs at its very end shows in the last reading or not at all. */
const pollIntervalMs = 2;

/** Reads a process until it has ended. */
export async function memoryUntilEnd(child: ChildProcess): Promise<ProcessMemory> {
  const readings: Reading[] = [];
  let isRunning = true;
  const ended = successOf(child).finally(() => {
    isRunning = false;
  });
  const poll = async () => {
    while (isRunning && child.pid !== undefined) {
      const reading = read(child.pid);
      if (reading) readings.push(reading);
      await setTimeout(pollIntervalMs);
    }
  };
  await Promise.all([ended, poll()]);
  return digest(readings);
}

function successOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${child.spawnargs.join(' ')} exited with ${code}`));
    });
  });
}

function digest(readings: readonly Reading[]): ProcessMemory {
  const [first, ...others] = readings;
  if (!first) throw new Error('the process ended before it could be read');
  const largest = others.reduce(
    (one, other) => (other.rssBytes > one.rssBytes ? other : one),
    first,
  );
  return {
    peakBytes: Math.max(...readings.map(({ highWaterBytes }) => highWaterBytes)),
    anonBytes: largest.anonBytes,
    fileBytes: largest.fileBytes,
    waitingBytes: median(readings.map(({ rssBytes }) => rssBytes)),
  };
}

/** Undefined once the process has ended: a zombie has no memory. */
function read(pid: number): Reading | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return undefined;
  }
  const highWaterBytes = bytesOf(status, 'VmHWM');
  const rssBytes = bytesOf(status, 'VmRSS');
  const anonBytes = bytesOf(status, 'RssAnon');
  const fileBytes = bytesOf(status, 'RssFile');
  if (!highWaterBytes || !rssBytes || !anonBytes || !fileBytes) return undefined;
  return { highWaterBytes, rssBytes, anonBytes, fileBytes };
}

function bytesOf(status: string, key: string): number | undefined {
  const kibibytes = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
