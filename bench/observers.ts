/** Programs that tell the peak of a command: memtop in several ways, and its peers. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../ts/package.js';
import { nodePeers } from './peer-packages.js';
import './own-data.js';

export interface Seen {
  readonly peakBytes: number;
  readonly lowerBytes?: number;
  readonly upperBytes?: number;
  readonly cgroupPeakBytes?: number;
}

export interface Observer {
  readonly name: string;
  readonly isMemtop: boolean;
  /** Who runs it. */
  readonly user: number;
  /** Whether it puts the command into a memory group of its own making. */
  readonly makesGroup: boolean;
  /** The file without which it cannot be used here. */
  readonly missing?: string | undefined;
  /** Runs a command; `file` is a path that it may write to. */
  observe(command: readonly string[], file: string): Promise<Seen>;
}

const nobody = 65534;

export const observers: readonly Observer[] = [
  memtop('memtop'),
  // The group that it makes is left for the one that the kernel's figures are from.
  { ...memtop('memtop, group left'), makesGroup: false },
  memtop('memtop --cgroup off', ['--cgroup', 'off']),
  // A superuser's runs are traced.
  memtop('memtop --trace off', ['--cgroup', 'off', '--trace', 'off']),
  memtop('memtop as nobody', [], nobody),
  memtop('memtop --interval 100', scannedEvery('100')),
  memtop('memtop --interval 5000', scannedEvery('5000')),
  {
    ...peer('GNU time', '/usr/bin/time'),
    async observe(command, file) {
      await run(['/usr/bin/time', '-f', '%M', '-o', file, ...command]);
      return { peakBytes: numberIn(file, /(\d+)\s*$/) * 1024 };
    },
  },
  {
    ...peer('runlim', '/usr/bin/runlim'),
    async observe(command, file) {
      await run(['/usr/bin/runlim', '-o', file, ...command]);
      return { peakBytes: numberIn(file, /space:\s+([\d.]+) MB/) * 1024 ** 2 };
    },
  },
  {
    ...peer('mprof -C at 100 ms', '/usr/bin/python3-mprof'),
    async observe(command, file) {
      const mprof = ['/usr/bin/python3-mprof', 'run', '-C', '-T', '0.1', '-o', file];
      await run([...mprof, ...command]);
      const sums = readFileSync(file, 'utf8').matchAll(/^MEM ([\d.]+) /gm);
      return { peakBytes: Math.max(...[...sums].map(([, sum]) => Number(sum))) * 1024 ** 2 };
    },
  },
  {
    ...peer('pidtree + pidusage at 100 ms', join(nodePeers, 'pidusage')),
    async observe(command, file) {
      const script = join(packageRoot, 'bench/peers/pidtree-peak.js');
      await run([process.execPath, script, nodePeers, file, ...command]);
      return { peakBytes: numberIn(file, /(\d+)/) };
    },
  },
];

function scannedEvery(interval: string): string[] {
  // The guard would look in between.
  return ['--cgroup', 'off', '--trace', 'off', '--no-guard', '--interval', interval];
}

function memtop(name: string, options: readonly string[] = [], user = 0): Observer {
  const dropped = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  return {
    name,
    isMemtop: true,
    user,
    makesGroup: user === 0 && !options.includes('--cgroup'),
    async observe(command, file) {
      const cli = [process.execPath, join(packageRoot, 'dist/cli.js')];
      const words = [...cli, '--quiet', '--json', file, ...options, '--', ...command];
      await run(user === 0 ? words : ['setpriv', ...dropped, ...words]);
      const { peak, cgroup } = JSON.parse(readFileSync(file, 'utf8'));
      return {
        peakBytes: peak.bytes,
        lowerBytes: peak.lowerBytes,
        upperBytes: peak.upperBytes,
        cgroupPeakBytes: cgroup?.peakBytes,
      };
    },
  };
}

function peer(name: string, file: string): Omit<Observer, 'observe'> {
  const missing = existsSync(file) ? undefined : file;
  return { name, isMemtop: false, user: 0, makesGroup: false, missing };
}

function numberIn(file: string, pattern: RegExp): number {
  const found = pattern.exec(readFileSync(file, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${file} holds no figure`);
  return Number(found);
}

/** Runs a command to its end. Its errors are shown, its output is not. */
export async function run([program = '', ...words]: readonly string[]): Promise<void> {
  const quiet = openSync('/dev/null', 'r+');
  const child = spawn(program, words, { cwd: packageRoot, stdio: [quiet, quiet, 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${words.join(' ')} ended with ${code ?? signal}`));
    });
  }).finally(() => closeSync(quiet));
}
