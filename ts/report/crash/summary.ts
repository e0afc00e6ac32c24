/** A short version of the crash dump, for people. */
import { redactedCommand, redactedText } from '../../result/redact.js';
import { formatBytes } from '../bytes.js';
import { formatDuration } from '../duration.js';
import { plainText } from '../plain-text.js';
import { tableRows } from '../table.js';
import { likelyCauses } from './causes.js';
import type { Crash, CrashProcess, Runtime } from './crash.js';
import { sizeText } from './messages.js';
import { bySize } from './process-tree.js';

const processesShown = 15;

type Fact = readonly [name: string, text: string | undefined];

/** The text of the file; `dump` is the path of the dump, or why there is none. */
export function crashSummary(crash: Crash, runtime: Runtime, dump: string): string {
  return [
    `memtop: ${sizeText(crash)}`,
    section('Memory', facts(memoryFacts(crash))),
    section('Likely causes', likelyCauses(crash).map(redactedText)),
    section('The largest processes', processLines(crash.processes)),
    section('Run', facts(runFacts(crash))),
    section('Runtime', facts(runtimeFacts(crash, runtime))),
    `Everything that is known: ${plainText(dump)}\n`,
  ].join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function memoryFacts({ memory, bytes, limitBytes }: Crash): Fact[] {
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

function runFacts({ run, task, processes, timeline, sampling, graceMs }: Crash): Fact[] {
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

function runtimeFacts({ at, run }: Crash, runtime: Runtime): Fact[] {
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
  const ordered = processes.toSorted(bySize);
  const rest = ordered.length - processesShown;
  const rows = ordered.slice(0, processesShown).map((process): Fact => {
    const command = redactedCommand(process.command).join(' ') || redactedText(process.name);
    return [formatBytes(process.bytes), `process ${process.pid}: ${command}`];
  });
  return [...facts(rows), ...(rest > 0 ? [`and ${rest} more`] : [])];
}

/** Unknown facts have no row. */
function facts(all: readonly Fact[]): string[] {
  return tableRows(
    [{ text: ([name]) => name }, { text: ([, text = '']) => plainText(text) }],
    all.filter(([, text]) => text !== undefined),
  );
}

function size(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : formatBytes(bytes);
}
