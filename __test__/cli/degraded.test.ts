import test from 'ava';
import { cliPath, Running } from '../helpers/processes.js';

/** A place without /proc: a mount namespace of its own, in which something empty covers it. */
const unshare = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];

async function withoutProc(flags: string[], script: string) {
  const inside = 'mount -t tmpfs none /proc && exec "$@"';
  const command = ['sh', '-c', inside, 'sh', process.execPath, cliPath, ...flags, '--'];
  const running = new Running('unshare', [...unshare, ...command, 'sh', '-c', script]);
  running.child.stdin?.end();
  return running.finished();
}

test('without /proc the command runs as it would', async (t) => {
  const { code, stdout } = await withoutProc(['-q'], 'echo out; exit 7');
  t.is(code, 7);
  t.is(stdout.toString(), 'out\n');
});

test('without /proc exactly one warning says what is missing', async (t) => {
  const { stderr } = await withoutProc(['-q'], 'echo own >&2');
  t.is(stderr, 'own\nmemtop: warning: nothing was measured: /proc: procfs is not mounted here\n');
});

test('without /proc the summary claims no number', async (t) => {
  const { stderr } = await withoutProc([], 'true');
  t.regex(stderr, /^memtop: no peak: nothing was measured; took \d+ms\nmemtop: warning: .+\n$/);
});

test('without /proc the result says why there is no peak', async (t) => {
  const { stdout } = await withoutProc(['-q', '--json', '-'], 'exit 4');
  const result = JSON.parse(stdout.toString());
  t.deepEqual(result.sampling, {
    method: 'unavailable',
    fallbackReason: '/proc: procfs is not mounted here',
  });
  t.is(result.exit.code, 4);
  t.false('peak' in result);
});
