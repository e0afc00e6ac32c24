/** The ways to run memtop that differ in what it may use. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../ts/package.js';
import { dataFolder } from '../own-data.js';
import type { Reading } from './judge.js';
import { run } from './run.js';

export interface Mode {
  readonly name: string;
  readonly title: string;
  readonly options: readonly string[];
  readonly user: number;
  /** How far the headline may be off, as a share. */
  readonly headlineWithin: number;
  /** The median width of the bracket over the truth. */
  readonly widthToReach: number;
}

const nobody = 65534;

export const modes: readonly Mode[] = [
  {
    name: 'root',
    title: 'root: traced, in a control group of its own',
    options: [],
    user: 0,
    headlineWithin: 0.02,
    widthToReach: 0.02,
  },
  {
    name: 'untraced',
    title: 'untraced: --trace off --cgroup off',
    options: ['--trace', 'off', '--cgroup', 'off'],
    user: 0,
    headlineWithin: 0.05,
    widthToReach: 0.15,
  },
  {
    name: 'user',
    title: 'user: without privileges',
    options: [],
    user: nobody,
    headlineWithin: 0.05,
    widthToReach: 0.1,
  },
];

const folder = mkdtempSync(join(dataFolder, 'figures-'));
// Not everybody who writes there is root.
chmodSync(dataFolder, 0o755);
chmodSync(folder, 0o777);

/** What memtop says of one run. */
export async function readingOf(mode: Mode, command: readonly string[]): Promise<Reading> {
  const file = join(folder, `${mode.name}.json`);
  rmSync(file, { force: true });
  const cli = [process.execPath, join(packageRoot, 'dist/cli.js')];
  const options = ['--quiet', '--no-store', '--json', file, ...mode.options];
  await runAs(mode, [...cli, ...options, '--', ...command]);
  const { peak } = JSON.parse(readFileSync(file, 'utf8'));
  return { bytes: peak.bytes, lowerBytes: peak.lowerBytes, upperBytes: peak.upperBytes };
}

/** Whether a command succeeds for whom memtop is in this mode. */
export async function succeeds(mode: Mode, command: readonly string[]): Promise<boolean> {
  return runAs(mode, ['sh', '-c', 'exec "$@" 2>/dev/null', 'sh', ...command]).then(
    () => true,
    () => false,
  );
}

async function runAs({ user }: Mode, command: readonly string[]): Promise<void> {
  if (user === 0) {
    await run(command);
  } else {
    const dropped = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
    await run(['setpriv', ...dropped, ...command], { ...process.env, HOME: folder });
  }
}
