/**
 * How soon a tree that exceeds its limit gets the first signal, and how far it is past the limit by
 * then: on an idle machine, beside 100 busy processes, and as a fork bomb with at most 400
 * processes. Needs root, and the pids controller of version 1 for the fork bomb.
 *
 *     npm run bench:reaction -- --runs 10
 *     npm run bench:reaction -- --runs 10 --user      as nobody
 *     npm run bench:reaction -- --only busy
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { buildEngine } from './engine.js';
import { callAsNobody, runsUserAndOnly } from './options.js';
import { quantile } from './statistics.js';
import { print, table } from './table.js';
import { entering, makeGroup, removed } from './v1-group.js';
import './own-data.js';

const { runs, asNobody, only } = runsUserAndOnly(10);

const limitMegabytes = 300;
const mostProcesses = 400;
const exitCodeOfGuard = 123;
const user = asNobody ? callAsNobody : [];

/** The milliseconds to reach at the 95th percentile. */
const toReach = asNobody ? { idle: 30, busy: 500, bomb: 2000 } : { idle: 20, busy: 150, bomb: 500 };
type Kind = keyof typeof toReach;

interface Reaction {
  readonly ms: number;
  /** What the tree had when it got the signal, over the limit. */
  readonly overshoot: number;
  readonly code: number | null;
}

const engine = buildEngine();
const folder = mkdtempSync(join(tmpdir(), 'memtop-bench-'));
chmodSync(folder, 0o755);
try {
  const rows: string[][] = [];
  for (const kind of (['idle', 'busy', 'bomb'] as const).filter((one) => one.includes(only))) {
    const found: Reaction[] = [];
    for (let run = 0; run < runs; run += 1) found.push(await reaction(kind, `${kind}${run}`));
    const ms = found.map((one) => one.ms);
    const overshoots = found.map((one) => one.overshoot);
    rows.push([
      kind,
      median(ms).toFixed(0),
      quantile(ms, 0.95).toFixed(0),
      Math.max(...ms).toFixed(0),
      toReach[kind].toFixed(0),
      `${(100 * median(overshoots)).toFixed(0)} %`,
      `${(100 * Math.max(...overshoots)).toFixed(0)} %`,
      `${found.filter(({ code }) => code === exitCodeOfGuard).length} of ${runs}`,
    ]);
  }
  const heading = [
    '',
    'median ms',
    '95 %',
    'worst',
    'to reach',
    'past the limit',
    'worst',
    'exit 123',
  ];
  print(
    `from ${limitMegabytes} MB to the first signal, ${asNobody ? 'as nobody' : 'as root'}; ` +
      `node ${process.versions.node}, ${runs} runs`,
    '',
    ...table(heading, rows),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function reaction(kind: Kind, name: string): Promise<Reaction> {
  const board = join(folder, name);
  writeFileSync(board, '');
  chmodSync(board, 0o666);
  const memtop = [process.execPath, join(packageRoot, 'dist/cli.js'), '-q', '--no-store'];
  const limit = ['--limit', `${limitMegabytes}M`, '--grace', '1s', '--'];
  const tree = [engine, 'reaction', board, `${limitMegabytes}`, kind];
  const group = kind === 'bomb' ? processGroup(name) : undefined;
  let child: ChildProcess | undefined;
  try {
    const script = group === undefined ? 'exec "$@"' : entering(group);
    const args = ['-c', script, 'sh', ...user, ...memtop, ...limit, ...tree];
    // Its crash reports go there as well.
    child = spawn('/bin/sh', args, { cwd: folder, stdio: 'ignore' });
    const ended = once(child, 'exit');
    const seen = await promisify(execFile)(engine, ['reaction-seen', board]);
    const [ms = Number.NaN, megabytes = Number.NaN] = seen.stdout.trim().split(' ').map(Number);
    return { ms, overshoot: megabytes / limitMegabytes - 1, code: (await ended)[0] };
  } finally {
    // memtop ends its tree.
    child?.kill('SIGTERM');
    if (group !== undefined) await removed(group);
  }
}

/** A group that holds no more than this number of processes. */
function processGroup(name: string): string {
  const group = makeGroup('pids', `memtop-bench-${process.pid}-${name}`);
  writeFileSync(join(group, 'pids.max'), `${mostProcesses}`);
  return group;
}
