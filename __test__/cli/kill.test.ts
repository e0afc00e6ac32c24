import test from 'ava';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, memtop, Running } from '../helpers/processes.js';
import { unlessRoot } from '../helpers/programs.js';

const testAsRoot = testNeeding(unlessRoot());

/** What a shell runs, until it has printed READY. */
async function shell(script: string): Promise<Running> {
  const running = new Running('sh', ['-c', script]);
  await running.printed('READY');
  return running;
}

test('a tree is ended, and the number of processes is printed', async (t) => {
  const running = await shell('sh -c "sh -c \\"echo READY; read line; :\\"; :"; :');
  const { code, stdout, stderr } = await memtop(['kill', `${running.pid}`]);
  t.is(code, 0);
  t.is(stdout.toString() + stderr, 'killed 3 processes\n');
  t.is((await running.finished()).signal, 'SIGTERM');
});

test('--force kills at once', async (t) => {
  const running = await shell("trap 'exit 7' TERM; echo READY; read line");
  const { code, stdout } = await memtop(['kill', '--force', `${running.pid}`]);
  t.is(code, 0);
  t.is(stdout.toString(), 'killed 1 process\n');
  t.is((await running.finished()).signal, 'SIGKILL');
});

test('--grace is the time that processes have to end', async (t) => {
  const slow = await shell(
    "trap 'sleep 0.4; exit 7' TERM; echo READY; while :; do sleep 0.01; done",
  );
  await memtop(['kill', '--grace', '20s', `${slow.pid}`]);
  t.is((await slow.finished()).code, 7);
  const deaf = await shell("trap '' TERM; echo READY; read line");
  await memtop(['kill', '--grace', '50ms', `${deaf.pid}`]);
  t.is((await deaf.finished()).signal, 'SIGKILL');
});

test('a process that has ended cannot be killed', async (t) => {
  const parent = await shell('sleep 0 & echo $!; exec sh -c "echo READY; read line"');
  t.teardown(() => parent.killed());
  const zombie = Number.parseInt(parent.stdout.toString(), 10);
  const { code, stdout } = await memtop(['kill', `${zombie}`]);
  t.is(code, 0);
  t.regex(stdout.toString(), /^(nothing to kill: it had ended already|killed 1 process)\n$/);
});

test('a process that is not there is named', async (t) => {
  const { code, stdout, stderr } = await memtop(['kill', '4194305']);
  t.is(code, 1);
  t.is(stdout.toString() + stderr, 'memtop: there is no process 4194305\n');
});

test('the first process and those above memtop are not ended', async (t) => {
  for (const [pid, reason] of [
    [1, 'it is the first process, and all others depend on it'],
    [process.pid, 'this process descends from it and would end with it'],
  ] as const) {
    const { code, stdout, stderr } = await memtop(['kill', '--force', `${pid}`]);
    t.is(code, 1);
    t.is(stdout.toString() + stderr, `memtop: process ${pid} was not ended: ${reason}\n`);
  }
});

const asNobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
/** A /proc that shows all processes to all users, whatever the machine's own hides. */
const withProc = 'mount -t proc -o hidepid=off proc /proc && exec "$@"';

async function killAsNobody(pid: number) {
  const call = ['setpriv', ...asNobody, process.execPath, cliPath, 'kill', `${pid}`];
  return new Running('unshare', ['--mount', 'sh', '-c', withProc, 'sh', ...call]).finished();
}

testAsRoot('another user’s process is not ended', async (t) => {
  const running = await shell('echo READY; read line');
  t.teardown(() => running.killed());
  const { code, stdout, stderr } = await killAsNobody(running.pid);
  t.is(code, 1);
  t.is(
    stdout.toString() + stderr,
    `memtop: not allowed to end process ${running.pid}; it belongs to another user\n`,
  );
});

testAsRoot('a descendant that is another user’s is named, and the rest is ended', async (t) => {
  const nobody = asNobody.join(' ');
  const script = `sh -c 'echo $$; echo READY; exec sleep 60' & exec setpriv ${nobody} sleep 61`;
  const running = new Running('sh', ['-c', script]);
  await running.printed('READY');
  const roots = Number.parseInt(running.stdout.toString(), 10);
  t.teardown(() => process.kill(roots, 'SIGKILL'));
  const users = async () =>
    (await memtop(['ps', '--json', `${running.pid}`])).stdout
      .toString()
      .includes('"name": "sleep"');
  while (!(await users())) await new Promise((resolve) => setTimeout(resolve, 5));
  const { code, stdout, stderr } = await killAsNobody(running.pid);
  t.is(code, 1);
  t.is(stdout.toString(), 'killed 1 process\n');
  t.is(stderr, `memtop: process ${roots} is still there: it belongs to another user\n`);
  t.is((await running.finished()).signal, 'SIGTERM');
});

for (const [args, message] of [
  [[], 'kill needs a process id or a run, as in: memtop kill 4127'],
  [['0'], '0 is not a process id; memtop ps lists them'],
  [['-5'], 'unknown flag -5; memtop --help lists the flags'],
  [['--', '-5'], '-5 is not a process id; memtop ps lists them'],
  [['99999999999'], '99999999999 is not a process id; memtop ps lists them'],
  [['7', '8'], 'kill takes one process id or run, and 8 is a second one'],
  [
    ['--grace', '5x', '7'],
    '--grace must be a length of time such as 500ms or 2s, at most 1h, not "5x"',
  ],
  [
    ['--grace', '2h', '7'],
    '--grace must be a length of time such as 500ms or 2s, at most 1h, not "2h"',
  ],
] as const) {
  test(`kill ${args.join(' ')} is a usage error`, async (t) => {
    const { code, stdout, stderr } = await memtop(['kill', ...args]);
    t.is(code, 2);
    t.is(stdout.toString() + stderr, `memtop: ${message}\n`);
  });
}
