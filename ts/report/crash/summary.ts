/** The same as the crash dump in short, for people. */
import { formatBytes } from '../bytes.js';
import { formatDuration } from '../duration.js';
import { plainText } from '../plain-text.js';
import { likelyCauses } from './causes.js';
import type { Crash, CrashProcess, Runtime } from './crash.js';
import { sizeText } from './messages.js';
import { redactedCommand, redactedText } from './redact.js';

const processesShown = 15;

type Rows = readonly (readonly [string, string | undefined])[];

/** The text of the file; `dump` is where all of it is, or why that is nowhere. */
export function crashSummary(crash: Crash, runtime: Runtime, dump: string): string {
  return [
    `memtop: ${sizeText(crash)}`,
    section('Memory', table(memoryRows(crash))),
    section('Likely causes', likelyCauses(crash).map(redactedText)),
    section('The largest processes', processLines(crash.processes)),
    section('Run', table(runRows(crash))),
    section('Runtime', table(runtimeRows(crash, runtime))),
    `Everything that is known: ${plainText(dump)}\n`,
  ].join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function memoryRows({ memory, bytes, limitBytes }: Crash): Rows {
  return [
    ['when the guard acted', formatBytes(bytes)],
    ['limit', size(limitBytes)],
    ['now', formatBytes(memory.currentBytes)],
    ['peak', formatBytes(memory.peakBytes)],
    ['machine', size(memory.machineTotalBytes)],
    ['of that available', size(memory.machineAvailableBytes)],
    ['limited by', memory.limitedBy],
  ];
}

function runRows({ run, task, processes, timeline, sampling, graceMs }: Crash): Rows {
  const lasted = timeline.atMs.at(-1);
  return [
    ['id', run.id],
    ['label', run.label && redactedText(run.label)],
    ['command', redactedCommand(run.command).join(' ')],
    ['folder', run.cwd && redactedText(run.cwd)],
    ['task', task],
    ['tasks', `${new Set(processes.map((process) => process.task)).size}`],
    ['processes', `${processes.length}`],
    ['ran for', lasted === undefined ? undefined : formatDuration(lasted)],
    ['time to end', formatDuration(graceMs)],
    ['measured', measuredText(sampling)],
  ];
}

function measuredText({ method, ticks }: Crash['sampling']): string {
  return ticks === undefined ? method : `${method}, ${ticks} samples`;
}

function runtimeRows({ at, run }: Crash, runtime: Runtime): Rows {
  const { os, arch, kernel, cpus } = run.host;
  return [
    ['time', at.toISOString()],
    ['memtop', runtime.memtopVersion],
    ['node', runtime.nodeVersion],
    ['threads of memtop', runtime.threads?.toString()],
    ['system', `${os} ${arch}, ${kernel}`],
    ['cpus', `${cpus}`],
  ];
}

function processLines(processes: readonly CrashProcess[]): string[] {
  const ordered = processes.toSorted(
    (one, other) => other.bytes - one.bytes || one.pid - other.pid,
  );
  const rest = ordered.length - processesShown;
  const rows = ordered.slice(0, processesShown).map((process) => {
    const command = redactedCommand(process.command).join(' ') || redactedText(process.name);
    return [formatBytes(process.bytes), `process ${process.pid}: ${command}`] as const;
  });
  return [...table(rows), ...(rest > 0 ? [`and ${rest} more`] : [])];
}

/** What is not known has no row. */
function table(rows: Rows): string[] {
  const known = rows.filter((row): row is [string, string] => row[1] !== undefined);
  const width = Math.max(0, ...known.map(([first]) => first.length));
  return known.map(([first, second]) => `${first.padEnd(width)}  ${plainText(second)}`);
}

function size(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : formatBytes(bytes);
}
