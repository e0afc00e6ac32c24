import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isAlive } from './alive.js';
import { fixture, until } from './processes.js';

const ways: Record<string, (child: ChildProcess) => void> = {
  '^C': (child) => child.kill('SIGINT'),
  'ava, which ends it': (child) => child.kill('SIGTERM'),
  'the end of ava': (child) => child.disconnect(),
};

for (const [title, cutOff] of Object.entries(ways)) {
  test(`a test that is cut off by ${title} leaves no process and no folder`, async (t) => {
    const child = fork(fixture('cut-off.ts'), { execArgv: ['--import=tsx'] });
    t.teardown(() => child.kill('SIGKILL'));
    const [{ cwd, pid }] = (await once(child, 'message')) as [{ cwd: string; pid: number }];
    const started = join(cwd, 'started');
    const hasStarted = () => existsSync(started) && readFileSync(started, 'utf8').endsWith('\n');
    await until(hasStarted, 'the command to run');
    const command = Number(readFileSync(started, 'utf8'));
    t.true(isAlive(pid) && isAlive(command));
    cutOff(child);
    await until(() => child.exitCode !== null || child.signalCode !== null, 'its end');
    await until(() => !isAlive(pid) && !isAlive(command), 'memtop and its command to be gone');
    t.false(existsSync(cwd));
  });
}
