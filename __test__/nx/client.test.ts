import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Client, findClient } from '../../ts/nx/client.js';
import { temporaryFolder } from '../helpers/folder.js';

const argv = ['/usr/bin/node', '/work/node_modules/.bin/nx', 'run-many', '-t', 'build'];
const nx = ['node', 'node_modules/.bin/nx', 'run-many', '-t', 'build'];
const daemon = ['node', '/work/node_modules/nx/dist/src/daemon/server/start.js'];

interface Process {
  readonly parent?: number;
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly environment?: string;
}

/** Finds it among these, from a plugin in a process that number 10 has started. */
function find(t: ExecutionContext, processes: Record<number, Process>, taken: number[] = []) {
  const root = temporaryFolder(t);
  for (const [
    pid,
    { parent = 1, command, cwd = '/work', environment = 'A=b=c\0' },
  ] of Object.entries(processes)) {
    const folder = join(root, pid);
    mkdirSync(folder);
    writeFileSync(join(folder, 'cmdline'), command.map((word) => `${word}\0`).join(''));
    const zeros = Array(17).fill('0').join(' ');
    writeFileSync(join(folder, 'stat'), `${pid} (a) (b) S ${parent} ${zeros} ${pid}00 0\n`);
    writeFileSync(join(folder, 'environ'), environment);
    symlinkSync(cwd, join(folder, 'cwd'));
  }
  return findClient({
    workspaceRoot: '/work',
    argv,
    pid: 11,
    parentPid: 10,
    isWorker: true,
    isTaken: ({ pid }) => taken.includes(pid),
    root,
  });
}

const pidOf = (found: Client | string) => (typeof found === 'string' ? found : found.pid);

test('without the daemon the client is the parent of the plugin', (t) => {
  t.deepEqual(find(t, { 10: { command: nx } }), {
    pid: 10,
    startTicks: 1000,
    isBehindDaemon: false,
    command: nx,
    environment: { A: 'b=c' },
  });
});

test('with the daemon the client is the process with the same command line', (t) => {
  const others = {
    10: { command: daemon },
    20: { command: [...nx, 'more'] },
    21: { command: nx, cwd: '/workspace' },
    22: { command: nx, cwd: '/work/packages/a' },
  };
  t.is(pidOf(find(t, others)), 22);
});

test('a parent with the same arguments is not the client', (t) => {
  const processes = {
    10: { command: daemon },
    20: { command: ['timeout', '60', ...nx] },
    21: { command: nx, parent: 20 },
  };
  t.is(pidOf(find(t, processes)), 21);
});

test('two indistinguishable clients are reported as ambiguous', (t) => {
  const processes = { 10: { command: daemon }, 20: { command: nx }, 21: { command: nx } };
  t.regex(`${pidOf(find(t, processes))}`, /^several runs/);
  t.is(pidOf(find(t, processes, [20])), 21);
});

test('a client that has ended is not found', (t) => {
  t.regex(`${pidOf(find(t, { 10: { command: daemon } }))}`, /was not found$/);
  t.regex(`${pidOf(find(t, {}))}`, /cannot be read$/);
});
