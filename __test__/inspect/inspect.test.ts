import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  type Inspector,
  InvalidOption,
  inspect,
  KillFailed,
  type KillOptions,
  ProcessNotFound,
} from '../../ts/index.js';
import { temporaryFolder } from '../helpers/folder.js';
import { Running } from '../helpers/processes.js';

const unusedPid = 4_194_305;
const backends: [string, Inspector][] = [
  ['native', inspect],
  ['sysinfo', inspect.with({ backend: 'sysinfo' })],
];

/** A shell with a child and a grandchild; all three wait. */
async function family(t: ExecutionContext, cwd = '/'): Promise<{ shell: Running; pids: number[] }> {
  const script = `echo $$; sh -c 'echo $$; sh -c "echo \\$\\$; echo READY; sleep 60; :"; :'; :`;
  const shell = new Running('sh', ['-c', script], { cwd });
  t.teardown(() => (shell.child.exitCode ?? shell.child.signalCode) === null && shell.killed());
  await shell.printed('READY');
  const pids = shell.stdout.toString().trim().split('\n').slice(0, 3).map(Number);
  return { shell, pids };
}

for (const [name, inspector] of backends) {
  test(`${name}: the list holds this process with its memory`, async (t) => {
    const own = (await inspector.list()).find(({ pid }) => pid === process.pid);
    t.is(own?.parentPid, process.ppid);
    t.is(own?.cwd, process.cwd());
    t.is(own?.userId, process.geteuid?.());
    t.is(basename(own?.command[0] ?? ''), 'node');
    const measured = process.memoryUsage.rss();
    t.true(Math.abs((own?.rssBytes ?? 0) - measured) < measured / 2, `${own?.rssBytes}`);
  });

  test(`${name}: a process has the time of its start`, async (t) => {
    const before = Date.now();
    const { shell } = await family(t);
    const after = Date.now();
    const record = (await inspector.list()).find(({ pid }) => pid === shell.pid);
    t.regex(record?.startedAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const startedAt = Date.parse(record?.startedAt ?? '');
    // sysinfo has whole seconds, counted from a boot in whole seconds.
    const roundedMs = name === 'sysinfo' ? 2_000 : 20;
    t.true(startedAt > before - roundedMs && startedAt <= after + roundedMs, `${startedAt}`);
  });

  test(`${name}: a tree holds child and grandchild, parents first`, async (t) => {
    const { shell, pids } = await family(t);
    const tree = await inspector.tree(shell.pid);
    t.deepEqual(
      tree.slice(0, 2).map(({ pid }) => pid),
      pids.slice(1),
    );
    t.deepEqual(await inspector.tree(unusedPid), []);
  });

  test(`${name}: findByCwd finds the processes that work in a folder or below it`, async (t) => {
    const folder = temporaryFolder(t);
    for (const below of ['a', 'a/b', 'a-b']) mkdirSync(join(folder, below));
    const [inside, beside] = [
      await family(t, join(folder, 'a/b')),
      await family(t, join(folder, 'a-b')),
    ];
    const found = (await inspector.findByCwd(join(folder, 'a'))).map(({ pid }) => pid);
    t.true(inside.pids.every((pid) => found.includes(pid)));
    t.false(beside.pids.some((pid) => found.includes(pid)));
    t.deepEqual(await inspector.findByCwd('/no/such/folder'), []);
  });

  test(`${name}: a kill takes the whole tree along`, async (t) => {
    const { shell, pids } = await family(t);
    const outcome = await inspector.kill(shell.pid);
    t.true(outcome.killed >= 3);
    t.deepEqual(outcome.failed, []);
    await shell.finished();
    for (const pid of pids) t.false(await isAlive(inspector, pid));
  });

  test(`${name}: a forced kill sends no SIGTERM`, async (t) => {
    const shell = new Running('sh', ['-c', "trap 'exit 7' TERM; echo READY; read line"]);
    await shell.printed('READY');
    await inspector.kill(shell.pid, { force: true });
    t.is((await shell.finished()).signal, 'SIGKILL');
  });

  test(`${name}: a process that does not end in time is killed`, async (t) => {
    const shell = new Running('sh', ['-c', "trap '' TERM; echo READY; read line"]);
    await shell.printed('READY');
    const startedAt = Date.now();
    await inspector.kill(shell.pid, { graceMs: 200 });
    t.true(Date.now() - startedAt >= 200);
    t.is((await shell.finished()).signal, 'SIGKILL');
  });

  test(`${name}: a process with another start time is left alone`, async (t) => {
    const { shell } = await family(t);
    const record = (await inspector.list()).find(({ pid }) => pid === shell.pid);
    const started = record?.started ?? 0;
    await t.throwsAsync(inspector.kill(shell.pid, { started: started - 1 }), {
      instanceOf: ProcessNotFound,
      message: `there is no process ${shell.pid}`,
    });
    t.true(await inspector.exists(shell.pid));
    t.true((await inspector.kill(shell.pid, { started, force: true })).killed >= 3);
  });

  test(`${name}: an unknown process cannot be killed`, async (t) => {
    const error = await t.throwsAsync(inspector.kill(unusedPid), { instanceOf: ProcessNotFound });
    t.like(error, { code: 'ProcessNotFound', message: `there is no process ${unusedPid}` });
  });

  test(`${name}: this process and those above it are not killed`, async (t) => {
    for (const pid of [1, process.pid, process.ppid]) {
      const error = await t.throwsAsync(inspector.kill(pid), { instanceOf: KillFailed });
      t.like(error, { code: 'KillFailed' });
      t.regex(error?.message ?? '', new RegExp(`^process ${pid} was not ended: `));
    }
  });

  test(`${name}: it exists itself, and no process has a pid that is too high`, async (t) => {
    t.true(await inspector.exists(process.pid));
    t.false(await inspector.exists(unusedPid));
  });
}

async function isAlive(inspector: Inspector, pid: number): Promise<boolean> {
  const record = (await inspector.list()).find((process) => process.pid === pid);
  return record !== undefined && record.state !== 'zombie';
}

test('CPU use is that since the previous call', async (t) => {
  const inspector = inspect.with({ backend: 'native' });
  const busy = new Running('sh', ['-c', 'echo READY; while :; do :; done']);
  t.teardown(() => busy.killed());
  await busy.printed('READY');
  let percent: number | undefined;
  const deadline = Date.now() + 10_000;
  while (!(percent && percent > 10) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    percent = (await inspector.list()).find(({ pid }) => pid === busy.pid)?.cpuPercent;
  }
  t.true(percent !== undefined && percent > 10 && percent < 120, `${percent}`);
});

test('a kill that takes its time does not hold up JavaScript or another question', async (t) => {
  const shell = new Running('sh', ['-c', "trap '' TERM; echo READY; read line"]);
  await shell.printed('READY');
  let hasEnded = false;
  const killed = inspect.kill(shell.pid, { graceMs: 500 }).then(() => {
    hasEnded = true;
  });
  t.true(await inspect.exists(shell.pid));
  t.true((await inspect.list()).length > 1);
  t.false(hasEnded);
  await killed;
});

for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 32, '7', undefined, null, {}]) {
  test(`${String(pid)} (${typeof pid}) is not a process id`, async (t) => {
    const wrong = pid as number;
    for (const ask of [
      () => inspect.tree(wrong),
      () => inspect.kill(wrong),
      () => inspect.exists(wrong),
    ]) {
      await t.throwsAsync(ask, {
        instanceOf: InvalidOption,
        message: `${String(pid)} is not a process id`,
      });
    }
  });
}

for (const [options, message] of [
  [{ graceMs: -1 }, 'graceMs must be a number of milliseconds from 0 to 3600000'],
  [{ graceMs: '5' }, 'graceMs must be a number of milliseconds from 0 to 3600000'],
  [{ force: 1 }, 'force must be true or false'],
  [{ started: 'now' }, 'started must be a value from the inspector'],
  [{ grace: 5 }, 'there is no option grace'],
  [null, 'the options must be an object'],
] as const) {
  test(`a kill with ${JSON.stringify(options)} is refused`, async (t) => {
    await t.throwsAsync(inspect.kill(unusedPid, options as KillOptions), {
      instanceOf: InvalidOption,
      message,
    });
  });
}

test('a backend that does not exist is refused', (t) => {
  t.throws(() => inspect.with({ backend: 'windows' as 'native' }), {
    instanceOf: InvalidOption,
    message: 'backend must be native or sysinfo',
  });
});

test('anything but a path names no folder', async (t) => {
  for (const folder of ['', 'a\0b', 7 as unknown as string]) {
    await t.throwsAsync(inspect.findByCwd(folder), { instanceOf: InvalidOption });
  }
});
