import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { resultSchema } from '../../ts/result/schema.js';
import { temporaryFolder } from '../helpers/folder.js';
import { MB } from '../helpers/measured.js';
import { fixture, memtop, Running, startMemtop, until } from '../helpers/processes.js';

const allocate = (megabytes: number, holdMs: number) =>
  new Running(process.execPath, [fixture('allocate.js'), `${megabytes}`, `${holdMs}`]);

/** Until it has taken its first sample and handles signals. */
async function untilItMeasures(attached: Running, { pid }: Running): Promise<void> {
  await until(
    () => files(attached.pid).includes(`/proc/${pid}/statm`) && catchesHangups(attached.pid),
    'memtop to measure',
  );
}

function files(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
}

/** The last of the signals that it prepares for. */
function catchesHangups(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (BigInt(`0x${caught?.[1] ?? 0}`) & 1n) === 1n;
}

test('SIGUSR1 ends memtop as it ends most programs, and opens no debugger', async (t) => {
  const running = allocate(1, 60_000);
  await running.printed('READY');
  const attached = startMemtop(['attach', `${running.pid}`]);
  await untilItMeasures(attached, running);
  attached.child.kill('SIGUSR1');
  const { signal, stderr } = await attached.finished();
  t.is(signal, 'SIGUSR1');
  t.is(stderr, '');
  await running.killed();
});

test('a tree that is running already is measured until it ends', async (t) => {
  const file = join(temporaryFolder(t), 'result.json');
  const running = allocate(120, 60_000);
  await running.printed('READY');
  const attached = startMemtop(['attach', '--json', file, `${running.pid}`]);
  await untilItMeasures(attached, running);
  await running.killed();
  const { code, stderr } = await attached.finished();
  t.is(code, 0);
  t.regex(stderr, /^memtop: peak (at least )?1\d\d(\.\d)?MB, /);
  const result = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  t.true((result.peak?.bytes ?? 0) >= 120 * MB);
  t.like(result.exit, { code: null, signal: null, cause: 'unknown' });
  t.is(result.run.command.at(-2), '120');
});

for (const [how, flags, stop] of [
  ['--timeout', ['--timeout', '200ms'], () => {}],
  ['^C', [], (attached: Running) => attached.child.kill('SIGINT')],
] as const) {
  test(`${how} ends measuring and leaves the process alone`, async (t) => {
    const running = allocate(100, 60_000);
    await running.printed('READY');
    const attached = startMemtop(['attach', ...flags, `${running.pid}`]);
    await untilItMeasures(attached, running);
    stop(attached);
    const { code, stderr } = await attached.finished();
    t.is(code, 0);
    t.regex(stderr, /^memtop: peak (at least )?1\d\d/);
    t.is(running.child.exitCode, null);
    t.notThrows(() => process.kill(running.pid, 0));
    await running.killed();
  });
}

test('a process that is not there is named', async (t) => {
  const running = allocate(0, 0);
  await running.finished();
  const { code, stderr } = await memtop(['attach', `${running.pid}`]);
  t.is(code, 125);
  t.is(stderr, `memtop: there is no process ${running.pid}\n`);
});

for (const args of [[], ['0'], ['-1'], ['1x'], ['1', '2'], ['99999999999']]) {
  test(`memtop attach ${args.join(' ')} is a usage error`, async (t) => {
    const { code, stderr } = await memtop(['attach', ...args]);
    t.is(code, 2);
    t.regex(stderr, /^memtop: [^\n]+\n$/);
  });
}

test('an invalid time is named', async (t) => {
  const { code, stderr } = await memtop(['attach', '--timeout', 'soon', '1']);
  t.is(code, 2);
  t.is(stderr, 'memtop: --timeout must be a time such as 30s, 5m or 1h, not "soon"\n');
});
