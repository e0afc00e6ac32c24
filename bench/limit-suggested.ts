/**
 * Whether programs run within the container limit that memtop suggests, but not within half of it.
 *
 *     npm run bench:suggested -- --runs 5
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../ts/package.js';
import { formatBytes } from '../ts/report/bytes.js';
import { containerLimit } from '../ts/report/container-limit.js';
import type { Result } from '../ts/result/types.js';
import { noMemoryGroups, runInGroup } from './memory-group.js';
import { runsAskedFor } from './options.js';
import { dropFromMemory, privateCopy } from './private-copy.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';
import './own-data.js';

const patienceMs = 120_000;
const shortestPatienceMs = 2_000;
/** A run that takes this many times as long is thrashing, and is given up. */
const thrashing = 10;
const slower = 1.2;

const holding = 'const held = Buffer.alloc(100e6, 1); setTimeout(() => held, 500)';
const python = `
import time
held = bytearray(b"x" * 50_000_000)
time.sleep(0.5)
`;

const runs = runsAskedFor(3);
const shell = 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done';

interface Program {
  readonly name: string;
  /** The program, or a folder that holds it, which a container does not share. */
  readonly from: string;
  command(program: string): string[];
}

const problem = noMemoryGroups();
if (problem !== undefined) {
  print(problem);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'memtop-bench-'));
const lines = join(folder, 'lines');
const typescript = realpathSync(
  join(packageRoot, `node_modules/@typescript/typescript-linux-${process.arch}/lib`),
);
const programs: readonly Program[] = [
  {
    name: 'node, 100 MB held',
    from: process.execPath,
    command: (node) => [node, '-e', holding],
  },
  {
    name: 'node, nothing to do',
    from: process.execPath,
    command: (node) => [node, '-e', 'setTimeout(() => {}, 500)'],
  },
  {
    name: 'python3, 50 MB held',
    from: '/usr/bin/python3',
    command: (python3) => [python3, '-c', python],
  },
  {
    name: 'sort of 200 MB',
    from: '/usr/bin/sort',
    command: (sort) => [sort, '-S', '150M', '-T', folder, '-o', '/dev/null', lines],
  },
  {
    name: 'tsc of memtop',
    from: typescript,
    command: (lib) => [join(lib, 'tsc'), '-p', packageRoot, '--noEmit'],
  },
  {
    name: 'sh, a loop',
    from: '/bin/sh',
    command: (sh) => [sh, '-c', shell],
  },
];

try {
  writeLines();
  const rows: string[][] = [];
  for (const program of programs) rows.push(await rowOf(program));
  print(
    ...table(['', 'peak', 'suggested', 'free ms', 'in it', '', 'in half', ''], rows),
    '',
    `groups of version 1, private copies of the programs, the fastest of ${runs} second runs each`,
    `to reach: in it ok, at most ${slower} times as long; in half killed, or longer than that`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function rowOf({ name, from, command }: Program): Promise<string[]> {
  const result = measured(command(from));
  const suggested = containerLimit(result);
  if (!result.peak || !suggested) throw new Error(`nothing is suggested for ${name}`);
  const copy = join(folder, 'copy');
  privateCopy(from, copy);
  try {
    const args = command(copy);
    const limits = [undefined, suggested.bytes, suggested.bytes / 2];
    const [freeMs = 0, inIt = 0, inHalf = 0] = await timesUnder(limits, copy, args);
    return [
      name,
      formatBytes(result.peak.bytes),
      formatBytes(suggested.bytes),
      freeMs.toFixed(0),
      text(inIt),
      inIt <= freeMs * slower ? 'ok' : 'TOO LITTLE',
      text(inHalf),
      inHalf > freeMs * slower ? 'too little' : 'enough',
    ];
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function measured(command: readonly string[]): Result {
  const file = join(folder, 'result.json');
  const memtop = [join(packageRoot, 'dist/cli.js'), '--quiet', '--no-store', '--json', file, '--'];
  const { status } = spawnSync(process.execPath, [...memtop, ...command], {
    cwd: dirname(file),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The fastest run under each limit, in rounds. Infinity if one fails or takes far too long. */
async function timesUnder(
  limits: readonly (number | undefined)[],
  copy: string,
  command: readonly string[],
): Promise<number[]> {
  const times = limits.map((): number[] => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [place, limitBytes] of limits.entries()) {
      const others = times[place] ?? [];
      if (others.includes(Number.POSITIVE_INFINITY)) continue;
      dropFromMemory(copy);
      const free = Math.min(patienceMs, ...(times[0] ?? []));
      const { isGood, ms } = await runInGroup(command, {
        patienceMs: Math.max(shortestPatienceMs, free * thrashing),
        ...(limitBytes !== undefined && { limitBytes }),
      });
      others.push(isGood ? ms : Number.POSITIVE_INFINITY);
    }
  }
  return times.map((one) =>
    one.includes(Number.POSITIVE_INFINITY) ? Number.POSITIVE_INFINITY : minimum(one),
  );
}

function text(ms: number): string {
  return Number.isFinite(ms) ? ms.toFixed(0) : 'fails';
}

/** Two million unsorted lines of 100 bytes. */
function writeLines(): void {
  let state = 1;
  const chunks = Array.from({ length: 2_000_000 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return `${state}`.padStart(99, '0');
  });
  writeFileSync(lines, `${chunks.join('\n')}\n`);
}
