/** The crash dump, for programs: everything known about a run that the guard ended. */
import { redactedCommand, redactedText } from '../../result/redact.js';
import type { Crash, Runtime } from './crash.js';
import { bytesOf, type DumpedTask, taskTrees } from './process-tree.js';

const samplesKept = 100;

interface CrashDump {
  schema: 'memtop.crash/1';
  /** ISO 8601 in UTC. */
  at: string;
  reason: Crash['reason'];
  bytes: number;
  limitBytes?: number;
  graceMs: number;
  memory: {
    currentBytes: number;
    peakBytes: number;
    /** Resident memory of all processes, with shared pages counted in each. */
    totalRssBytes: number;
    system: { totalBytes?: number; availableBytes?: number };
    limitedBy?: string;
    garbageCollection: { missing: string };
  };
  run: Crash['run'];
  currentTask: { id: string; bytes: number; processCount: number };
  tasks: DumpedTask[];
  /** The latest points of the timeline. */
  samples: { atMs: number; bytes: number }[];
  sampling: Crash['sampling'];
  runtime: Runtime & { cpus: number; os: string; arch: string; kernel: string };
}

/** The text of the file. */
export function crashDump(crash: Crash, runtime: Runtime): string {
  return `${JSON.stringify(dumpOf(crash, runtime), null, 2)}\n`;
}

function dumpOf(crash: Crash, runtime: Runtime): CrashDump {
  const { reason, bytes, limitBytes, graceMs, sampling } = crash;
  const { cpus, os, arch, kernel } = crash.run.host;
  return {
    schema: 'memtop.crash/1',
    at: crash.at.toISOString(),
    reason,
    bytes,
    ...(limitBytes !== undefined && { limitBytes }),
    graceMs,
    memory: memoryOf(crash),
    run: runOf(crash),
    currentTask: currentTask(crash),
    tasks: taskTrees(crash.processes),
    samples: lastSamples(crash.timeline),
    sampling,
    runtime: { ...runtime, cpus, os, arch, kernel },
  };
}

function memoryOf({ memory, processes }: Crash): CrashDump['memory'] {
  const { currentBytes, peakBytes, machineTotalBytes, machineAvailableBytes, limitedBy } = memory;
  return {
    currentBytes,
    peakBytes,
    totalRssBytes: processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    system: {
      ...(machineTotalBytes !== undefined && { totalBytes: machineTotalBytes }),
      ...(machineAvailableBytes !== undefined && { availableBytes: machineAvailableBytes }),
    },
    ...(limitedBy !== undefined && { limitedBy }),
    garbageCollection: {
      missing: 'nothing is known about garbage collection in the measured processes',
    },
  };
}

function runOf({ run }: Crash): Crash['run'] {
  const { id, label, command, cwd, host } = run;
  return {
    id,
    ...(label !== undefined && { label: redactedText(label) }),
    command: redactedCommand(command),
    ...(cwd !== undefined && { cwd: redactedText(cwd) }),
    host,
  };
}

function currentTask({ task, processes }: Crash): CrashDump['currentTask'] {
  const members = processes.filter((process) => process.task === task);
  return { id: task, bytes: bytesOf(members), processCount: members.length };
}

function lastSamples({ atMs, bytes }: Crash['timeline']): CrashDump['samples'] {
  const samples = atMs.flatMap((at, index) => {
    const sum = bytes[index];
    return sum === undefined ? [] : [{ atMs: at, bytes: sum }];
  });
  return samples.slice(-samplesKept);
}
