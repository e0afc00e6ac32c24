/** Workloads of `bench:throughput`: builds and other commands with many processes. */
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../ts/package.js';

export interface Workload {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** The allowed wall time and CPU time over those of the command alone. */
  readonly toReach: { readonly wall: number; readonly cpu?: number };
  /** Removes the output of a run, so that the next has as much to do. */
  readonly reset?: () => void;
}

const sources = 200;

/**
 * @param folder for their files; it must be empty
 * @param owner the user that runs them, if another than this
 */
export function workloads(folder: string, owner?: number): readonly Workload[] {
  return [
    make(join(folder, 'make'), owner),
    nodes(join(folder, 'nodes')),
    typescript,
    shortLives,
    threads,
  ];
}

function make(cwd: string, owner: number | undefined): Workload {
  mkdirSync(cwd);
  if (owner !== undefined) chownSync(cwd, owner, owner);
  const names = Array.from({ length: sources }, (_, number) => `part${number}`);
  for (const name of names) writeFileSync(join(cwd, `${name}.c`), source(name));
  const main = 'int main(void) { return 0; }\n';
  writeFileSync(join(cwd, 'main.c'), main);
  const objects = [...names, 'main'].map((name) => `${name}.o`).join(' ');
  const rules = `program: ${objects}\n\t$(CC) -o $@ $^\nclean:\n\trm -f program *.o\n`;
  writeFileSync(join(cwd, 'Makefile'), `CFLAGS = -O1\n${rules}`);
  return {
    name: `make -j2 of ${sources} C files`,
    command: ['make', '--silent', '-j2'],
    cwd,
    toReach: { wall: 1.02 },
    reset: () => {
      const { status } = spawnSync('make', ['--silent', 'clean'], { cwd, stdio: 'ignore' });
      if (status !== 0) throw new Error(`make clean ended with ${status}`);
    },
  };
}

function source(name: string): string {
  return `#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ${name}(int count) {
  char *text = malloc((size_t)count + 1);
  if (text == NULL) return -1;
  memset(text, 'x', (size_t)count);
  text[count] = 0;
  int printed = printf("%s\\n", text);
  free(text);
  return printed;
}
`;
}

/** Fifty runs of Node of a few tenths of a second, two at a time. */
function nodes(cwd: string): Workload {
  mkdirSync(cwd);
  const child = `
    const held = [];
    for (let round = 0; round < 20; round += 1) {
      held.push(JSON.parse(JSON.stringify(Array.from({ length: 10_000 }, (_, n) => ({ n })))));
    }
    process.exitCode = held.length - 20;`;
  const parent = `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    let left = 50;
    async function work() {
      while (left-- > 0) {
        const [code] = await once(spawn(process.execPath, ['child.cjs']), 'close');
        if (code !== 0) process.exitCode = 1;
      }
    }
    await Promise.all([work(), work()]);`;
  writeFileSync(join(cwd, 'child.cjs'), child);
  writeFileSync(join(cwd, 'parent.mjs'), parent);
  return {
    name: 'Node that starts 50 Nodes',
    command: [process.execPath, 'parent.mjs'],
    cwd,
    toReach: { wall: 1.01 },
  };
}

/** Ten times, since one run takes hardly longer than the start of memtop. */
const typescript: Workload = {
  name: 'tsc of memtop itself, 10 times',
  command: [
    ...['sh', '-c', 'for round in 0 1 2 3 4 5 6 7 8 9; do "$@" || exit 1; done', 'sh'],
    ...[process.execPath, join(packageRoot, 'node_modules/typescript/bin/tsc'), '-p', '.'],
  ],
  cwd: packageRoot,
  toReach: { wall: 1.01 },
};

const shortLives: Workload = {
  name: '2000 times /bin/true',
  command: ['perl', '-e', 'system("/bin/true") == 0 or exit 1 for 1 .. 2000'],
  cwd: packageRoot,
  toReach: { wall: 1.03, cpu: 1.05 },
};

const threads: Workload = {
  name: '5000 threads made and joined',
  command: [
    'python3',
    '-c',
    'import threading\n' +
      'for _ in range(5000):\n' +
      '    thread = threading.Thread(target=int)\n' +
      '    thread.start()\n' +
      '    thread.join()',
  ],
  cwd: packageRoot,
  toReach: { wall: 1.01 },
};
