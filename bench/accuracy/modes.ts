/** The modes of memtop, which differ in what it may use. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../ts/package.js';
import { dataFolder } from '../own-data.js';
import type { Reading } from './judge.js';
import { run } from './run.js';
import { type Truth, truthBelow } from './truth.js';

export interface Mode {
  readonly name: string;
  readonly title: string;
  readonly options: readonly string[];
  readonly user: number;
  /** Whether memtop creates a control group for the command. */
  readonly makesGroup: boolean;
  /** The tolerated error of the headline, as a share. */
  readonly headlineWithin: number;
  /** The tolerated median width of the bracket, relative to the truth. */
  readonly widthToReach: number;
}

const nobodyUid = 65534;

export const modes: readonly Mode[] = [
  {
    name: 'root',
    title: 'root: events of the kernel, in a control group of its own',
    options: [],
    user: 0,
    makesGroup: true,
    headlineWithin: 0.02,
    widthToReach: 0.02,
  },
  {
    name: 'events',
    title: 'events: of the kernel alone, --cgroup off',
    options: ['--cgroup', 'off'],
    user: 0,
    makesGroup: false,
    headlineWithin: 0.05,
    widthToReach: 0.15,
  },
  {
    name: 'untraced',
    title: 'untraced: --trace off --cgroup off',
    options: ['--trace', 'off', '--cgroup', 'off'],
    user: 0,
    makesGroup: false,
    headlineWithin: 0.05,
    widthToReach: 0.15,
  },
  {
    name: 'user',
    title: 'user: without privileges',
    options: [],
    user: nobodyUid,
    makesGroup: false,
    headlineWithin: 0.05,
    widthToReach: 0.1,
  },
];

const folder = mkdtempSync(join(dataFolder, 'figures-'));
// The ordinary user writes there too.
chmodSync(dataFolder, 0o755);
chmodSync(folder, 0o777);

/** memtop's figures for one run, with the truth of the same run. */
export async function readingAndTruthOf(
  engine: string,
  mode: Mode,
  command: readonly string[],
): Promise<Reading> {
  const file = figuresFile(mode);
  // If memtop creates a group for the command, that group is watched.
  const joined = mode.makesGroup ? command : [engine, 'join', '--', ...command];
  const args = [...truthBelow(engine, mode.user), ...memtop(mode, file, joined)];
  const truth: Truth = JSON.parse(await run(args, environment(mode)));
  if (truth.exitCode !== 0) throw new Error(`memtop ended with ${truth.exitCode}`);
  const { neededPeakBytes: truthBytes, longestGapMs: unwatchedMs } = truth;
  return { ...readingIn(file), truthBytes, unwatchedMs };
}

function figuresFile(mode: Mode): string {
  const file = join(folder, `${mode.name}.json`);
  rmSync(file, { force: true });
  return file;
}

function memtop(mode: Mode, file: string, command: readonly string[]): string[] {
  const cli = [process.execPath, join(packageRoot, 'dist/cli.js')];
  const options = ['--quiet', '--no-store', '--json', file, ...mode.options];
  return [...cli, ...options, '--', ...command];
}

function readingIn(file: string): Omit<Reading, 'truthBytes' | 'unwatchedMs'> {
  const { peak } = JSON.parse(readFileSync(file, 'utf8'));
  return { bytes: peak.bytes, lowerBytes: peak.lowerBytes, upperBytes: peak.upperBytes };
}

/** Whether a command succeeds as the user of this mode. */
export async function succeeds(mode: Mode, command: readonly string[]): Promise<boolean> {
  const quietly = ['sh', '-c', 'exec "$@" 2>/dev/null', 'sh', ...command];
  return run(asUser(mode, quietly), environment(mode)).then(
    () => true,
    () => false,
  );
}

function asUser({ user }: Mode, command: readonly string[]): string[] {
  const dropped = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  return user === 0 ? [...command] : [...dropped, ...command];
}

function environment({ user }: Mode): NodeJS.ProcessEnv {
  return user === 0 ? process.env : { ...process.env, HOME: folder };
}
