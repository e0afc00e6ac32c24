/** Real podman containers, of images made from this machine's own files. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { packageRoot } from '../../ts/package.js';
import { isRoot } from './alive.js';
import { temporaryFolder } from './folder.js';
import { type Lack, skip } from './needs.js';
import { whatIsMissing } from './programs.js';

/** The user that podman runs as. */
export interface Caller {
  readonly uid: number;
  /** The prefix of a command line that runs as this user. */
  readonly as: readonly string[];
}

/** What programs of an image are, and what Node and the addon need of it. */
const programs = ['/bin/sh', '/usr/bin/perl', '/bin/sleep', '/bin/mkdir'];

export const caller: Caller = { uid: process.getuid?.() ?? 0, as: [] };

/** Another user, with subordinate user ids, where this is root. */
export function callerWithoutRoot(): Caller | undefined {
  if (!isRoot) return undefined;
  const [name] = linesOf('/etc/subuid')[0] ?? [];
  const [, , uid, gid, , home] = linesOf('/etc/passwd').find(([one]) => one === name) ?? [];
  if (uid === undefined || gid === undefined) return undefined;
  const ids = ['--reuid', uid, '--regid', gid, '--init-groups'];
  return {
    uid: Number(uid),
    as: ['setpriv', ...ids, 'env', '-u', 'XDG_DATA_HOME', `HOME=${home}`, 'MEMTOP_STORE=off'],
  };
}

export function whyNoPodman(caller: Caller | undefined): Lack | undefined {
  const noUser = { need: 'subuid', why: 'root finds no user with ids in /etc/subuid' };
  return whatIsMissing(['podman']) ?? (caller ? undefined : noUser);
}

/** The name of an image that is gone when the test is over; undefined where podman runs none. */
export function image(t: ExecutionContext, { as }: Caller): string | undefined {
  const tar = join(temporaryFolder(t), 'image.tar');
  const name = `localhost/memtop-test:${process.pid}`;
  const files = [...programs, ...libraries()];
  execFileSync('tar', ['-chPf', tar, '--transform', 's,^/,,', ...new Set(files)]);
  const call = (...args: string[]) => {
    const [program = '', ...all] = [...as, 'podman', ...args];
    return spawnSync(program, all, { input, encoding: 'utf8', cwd: '/' });
  };
  const input = readFileSync(tar);
  const imported = call('import', '-', name);
  t.teardown(() => call('rmi', '--force', name));
  const tried = imported.status === 0 ? call('run', '--rm', name, 'sh', '-c', ':') : imported;
  if (tried.status === 0) return name;
  skip(t, { need: 'containers', why: `podman runs none here: ${tried.stderr.trim()}` });
  return undefined;
}

function libraries(): string[] {
  const addon = join(packageRoot, `memtop.${process.platform}-${process.arch}-gnu.node`);
  const files = [...programs, process.execPath, addon].map((file) => realpathSync(file));
  const listed = execFileSync('ldd', files, { encoding: 'utf8' });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file);
}

function linesOf(file: string): string[][] {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return lines.filter((line) => line !== '').map((line) => line.split(':'));
  } catch {
    return [];
  }
}
