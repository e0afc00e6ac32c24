/**
 * The cost of recording runs, the size of a store, and the speed of its queries.
 *
 *     npm run bench:store -- --runs 5
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { median } from '../ts/compare/statistics/median.js';
import { Store } from '../ts/history/store.js';
import { packageRoot } from '../ts/package.js';
import { buildEngine } from './engine.js';
import { runsAskedFor } from './options.js';
import { dataFolder } from './own-data.js';
import { memoryUntilEnd } from './process-memory.js';
import { print, table } from './table.js';

const runs = runsAskedFor(5);

const toReach = { costPercent: 1, memoryMB: 2, dayMB: 20, historyMs: 150 };
const recordedSeconds = 10;
const processes = 50;
const historyRuns = 10_000;
const writers = 20;

const cli = join(packageRoot, 'dist/cli.js');
const engine = buildEngine();
const file = (name: string) => join(dataFolder, name);
const megabytes = (bytes: number) => bytes / 1024 ** 2;

/** CPU time of the recording thread in milliseconds while a tree of processes runs. */
async function recordingCpuMs(): Promise<number> {
  const tree = ['timeout', `${recordedSeconds}`, engine, '--sleep-tree', `${processes}`];
  const child = spawn(process.execPath, [cli, '-q', '--store', file('cost.db'), '--', ...tree], {
    // The tree ends with its standard input.
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(child, 'exit');
  let cpuMs = 0;
  let isRunning = true;
  ended.finally(() => {
    isRunning = false;
  });
  while (isRunning) {
    cpuMs = Math.max(cpuMs, storeThreadCpuMs(child.pid ?? 0));
    await setTimeout(20);
  }
  const [run] = Store.open(file('cost.db')).runs({ latest: 1 });
  if ((run?.durationMs ?? 0) < recordedSeconds * 1000) throw new Error('the tree ended too soon');
  return cpuMs;
}

function storeThreadCpuMs(pid: number): number {
  try {
    const tasks = `/proc/${pid}/task`;
    for (const task of readdirSync(tasks)) {
      if (readFileSync(`${tasks}/${task}/comm`, 'utf8').trim() !== 'memtop-store') continue;
      return Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    }
  } catch {
    // It has ended meanwhile.
  }
  return 0;
}

async function peakMegabytes(flags: readonly string[]): Promise<number> {
  const args = [cli, '-q', ...flags, '--', 'sleep', '2'];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  return megabytes((await memoryUntilEnd(child)).peakBytes);
}

function wallMs(nodeArguments: readonly string[]): number {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, nodeArguments, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${nodeArguments.join(' ')} exited with ${status}`);
  return performance.now() - startedAt;
}

/** Fills a store with copies of a real run. */
function fill(name: string): void {
  spawnSync(process.execPath, [cli, '-q', '--store', file('one.db'), '--', 'sleep', '1']);
  const one = Store.open(file('one.db'));
  const [run] = one.runs();
  if (!run) throw new Error('no run was recorded');
  const whole = one.whole(run);
  const many = Store.openOrMake(file(name));
  for (let number = 0; number < historyRuns; number += 1) {
    const startedAt = new Date(Date.UTC(2026, 0, 1) + number * 600_000).toISOString();
    const id = `20260101-000000-${number.toString(16).padStart(6, '0')}`;
    const label = `build-${number % 12}`;
    many.add({ ...whole, run: { ...run, id, label, startedAt } });
  }
}

async function lostOf(count: number): Promise<number> {
  const name = `writers-${Math.random()}.db`;
  const args = [cli, '-q', '--store', file(name), '--', 'true'];
  const children = Array.from({ length: count }, () =>
    once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit'),
  );
  await Promise.all(children);
  const ended = Store.open(file(name)).runs({ state: 'ended' });
  return count - ended.length;
}

async function repeated<T>(measure: () => Promise<T> | T): Promise<T[]> {
  const found: T[] = [];
  for (let run = 0; run < runs; run += 1) found.push(await measure());
  return found;
}

const cpuMs = median(await repeated(recordingCpuMs));
const costPercent = cpuMs / (recordedSeconds * 10);

const memory = await repeated(async () => ({
  with: await peakMegabytes(['--store', file('memory.db')]),
  without: await peakMegabytes(['--no-store']),
}));
const memoryMB = median(memory.map((one) => one.with)) - median(memory.map((one) => one.without));

const [dayBytes = 0, segments = 0, sums = 0, dayCpu = 0] = execFileSync(
  engine,
  ['store-day', file('day.db')],
  { encoding: 'utf8' },
)
  .trim()
  .split(' ')
  .map(Number);

fill('many.db');
const history = await repeated(() => ({
  ms: wallMs([cli, 'history', '--store', file('many.db')]),
  json: wallMs([cli, 'history', '--json', '--store', file('many.db')]),
  node: wallMs(['-e', '0']),
}));
const historyMs = median(history.map(({ ms }) => ms)) - median(history.map(({ node }) => node));
const jsonMs = median(history.map(({ json }) => json)) - median(history.map(({ node }) => node));

const lost = (await repeated(() => lostOf(writers))).reduce((sum, count) => sum + count, 0);

const states = sums + segments * processes;
print(
  `medians of ${runs} runs each`,
  '',
  ...table(
    ['', 'measured', 'to reach'],
    [
      [
        `CPU of the recording thread, ${processes} processes for ${recordedSeconds} s`,
        `${cpuMs.toFixed(1)} ms, ${costPercent.toFixed(3)} %`,
        `under ${toReach.costPercent} %`,
      ],
      ['memory for it', `${memoryMB.toFixed(1)} MB`, `under ${toReach.memoryMB} MB`],
      [
        `24 h of ${processes} processes on disk`,
        `${megabytes(dayBytes).toFixed(1)} MB`,
        `under ${toReach.dayMB} MB`,
      ],
      [
        `history over ${historyRuns} runs, above Node's start`,
        `${historyMs.toFixed(0)} ms`,
        `under ${toReach.historyMs} ms`,
      ],
      ['the same as JSON', `${jsonMs.toFixed(0)} ms`, ''],
      [`lost of ${runs} times ${writers} at once`, `${lost}`, '0'],
    ],
  ),
  '',
  `the day: ${segments} segments, ${sums} sums, ` +
    `${(dayBytes / states).toFixed(1)} bytes for each sum or process of a segment; ` +
    `${dayCpu} s of CPU time`,
);
rmSync(dataFolder, { recursive: true, force: true });
