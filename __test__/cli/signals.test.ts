import { constants } from 'node:os';
import test from 'ava';
import { startMemtop, until } from '../helpers/processes.js';

const forwarded = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
] as const;

for (const name of forwarded) {
  test(`${name} sent to memtop reaches the command once`, async (t) => {
    const short = name.slice(3);
    const script = `trap 'echo got ${short}' ${short}; echo READY; while :; do sleep 0.02; done`;
    const running = startMemtop(['-q', '--', 'sh', '-c', script]);
    await running.printed('READY');
    running.child.kill(name);
    await running.printed(`got ${short}`);
    running.child.kill('SIGTERM' === name ? 'SIGINT' : 'SIGTERM');
    const { code, stdout } = await running.finished();
    t.is(code, 128 + constants.signals[name === 'SIGTERM' ? 'SIGINT' : 'SIGTERM']);
    t.is(stdout.toString(), `READY\ngot ${short}\n`);
  });
}

test('a command that handles a signal decides how it ends', async (t) => {
  const script = "trap 'exit 9' TERM; sleep 0.3; echo READY; while :; do sleep 0.02; done";
  const running = startMemtop(['--', 'sh', '-c', script]);
  await running.printed('READY');
  running.child.kill('SIGTERM');
  const { code, signal, stderr } = await running.finished();
  t.is(code, 9);
  t.is(signal, null);
  t.regex(stderr, /^memtop: peak /);
});

test('a command that signals its own group does not get the signal back', async (t) => {
  const script = "trap 'echo got' USR1; kill -USR1 0; sleep 0.2";
  const running = startMemtop(['-q', '--', 'sh', '-c', script]);
  const { code, stdout } = await running.finished();
  t.is(stdout.toString(), 'got\n');
  t.is(code, 0);
});

test('the command starts with every signal at its default', async (t) => {
  const running = startMemtop(['-q', '--', 'grep', '-E', '^Sig(Ign|Blk)', '/proc/self/status']);
  const { stdout } = await running.finished();
  t.deepEqual(stdout.toString().match(/[0-9a-f]{16}/g), ['0'.repeat(16), '0'.repeat(16)]);
});

test('nothing is left behind when memtop has ended', async (t) => {
  const running = startMemtop(['-q', '--', 'sh', '-c', 'echo $$; sleep 0.1']);
  const { stdout } = await running.finished();
  const pid = Number(stdout.toString());
  await until(() => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  }, 'the command to be gone');
  t.pass();
});
