/**
 * The cost of the live view: the time until its first frame, and its share of a CPU.
 *
 *     npm run bench:live -- --runs 5
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { runsAskedFor } from './options.js';
import { print, table } from './table.js';
import { cpuSeconds, onTerminal, pidOn } from './terminal.js';

const runs = runsAskedFor(5);

const processesAtLeast = 500;
const laterThanNodeToReachMs = 300;
const shareOfCpuToReach = 0.02;
const watchedSeconds = 10;
/** It starts with samples in quick succession. */
const settledAfterMs = 2000;

const sized = 'stty rows 40 columns 120 && exec';
const untilKey = 'console.log("PAINTED"); process.stdin.once("data", () => process.exit())';
const node = `${sized} '${process.execPath}' -e '${untilKey}'`;
const memtop = `${sized} '${process.execPath}' '${join(packageRoot, 'dist/cli.js')}'`;
/** The last line of the view. */
const painted = { node: 'PAINTED', memtop: 'q quit' } as const;

interface Seen {
  readonly paintedAfterMs: number;
  readonly cpuShare: number;
}

/** `watches` is whether to measure its CPU time as well, which takes a while. */
async function seen(command: string, text: string, watches: boolean): Promise<Seen> {
  const startedAt = performance.now();
  const terminal = onTerminal(command, ['pipe', 'pipe', 'inherit']);
  const ended = once(terminal, 'exit');
  await shows(terminal, text);
  const paintedAfterMs = performance.now() - startedAt;
  terminal.stdout?.resume();
  const cpuShare = watches ? await share(terminal) : 0;
  terminal.stdin?.end('q\n');
  const [code] = await ended;
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return { paintedAfterMs, cpuShare };
}

async function shows(terminal: ChildProcess, text: string): Promise<void> {
  let shown = '';
  for await (const [piece] of on(terminal)) {
    shown += piece;
    if (shown.includes(text)) return;
  }
  throw new Error(`${text} was never shown, but: ${shown}`);
}

async function* on(terminal: ChildProcess): AsyncGenerator<[string]> {
  const { stdout } = terminal;
  while (stdout && !stdout.readableEnded) {
    const piece = stdout.read();
    if (piece === null) await Promise.race([once(stdout, 'readable'), once(stdout, 'end')]);
    else yield [piece.toString()];
  }
}

async function share(terminal: ChildProcess): Promise<number> {
  const pid = pidOn(terminal);
  if (pid === undefined) throw new Error('there is nothing on the terminal');
  await setTimeout(settledAfterMs);
  const before = cpuSeconds(pid);
  await setTimeout(watchedSeconds * 1000);
  return (cpuSeconds(pid) - before) / watchedSeconds;
}

function processes(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
}

const missing = Math.max(0, processesAtLeast - processes());
const crowd = Array.from({ length: missing }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }));
try {
  print(
    `node ${process.versions.node}, ${processes()} processes, ` +
      `medians of ${runs} runs each, interleaved`,
    '',
  );
  const found: Record<'node' | 'memtop', Seen[]> = { node: [], memtop: [] };
  for (let round = 0; round < runs; round += 1) {
    found.node.push(await seen(node, painted.node, false));
    found.memtop.push(await seen(memtop, painted.memtop, true));
  }
  const [ofNode, ofMemtop] = (['node', 'memtop'] as const).map((name) =>
    median(found[name].map(({ paintedAfterMs }) => paintedAfterMs)),
  ) as [number, number];
  const cpu = median(found.memtop.map(({ cpuShare }) => cpuShare));
  print(
    ...table(
      ['', 'measured', 'to reach'],
      [
        ['Node has written something', `${ofNode.toFixed(0)} ms`, ''],
        ['memtop has painted', `${ofMemtop.toFixed(0)} ms`, ''],
        [
          'later than Node',
          `${(ofMemtop - ofNode).toFixed(0)} ms`,
          `under ${laterThanNodeToReachMs} ms`,
        ],
        ['CPU', `${(cpu * 100).toFixed(2)} %`, `under ${shareOfCpuToReach * 100} %`],
      ],
    ),
  );
} finally {
  for (const one of crowd) one.kill();
}
