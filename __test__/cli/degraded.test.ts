import test, { type ExecutionContext } from 'ava';
import type { Result } from '../../ts/result/types.js';
import { asNobody } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { MB } from '../helpers/measured.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, Running } from '../helpers/processes.js';
import { unlessRoot } from '../helpers/programs.js';

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

/** Places where `/proc` is there, but not as usual. All need root to prepare. */
const testAsRoot = testNeeding(unlessRoot());
const loadavg = 'echo 0.00 0.00 0.00 1/48 3 >$0/loadavg && mount --bind $0/loadavg /proc/loadavg';
for (const [place, prepare] of [
  ['of which only the processes are mounted', 'mount -t proc -o subset=pid proc /proc'],
  ['that hides the processes of others', 'mount -t proc -o hidepid=2 proc /proc'],
  ['whose loadavg shows another pid namespace', loadavg],
] as const) {
  testAsRoot(`in a /proc ${place} every process is followed`, async (t) => {
    for (const trace of ['auto', 'off']) {
      const { code, result } = await behind(t, prepare, trace);
      t.is(code, 5);
      t.deepEqual(result.warnings, []);
      t.is(result.processes?.seen, 2);
      // The child, which is found while it sleeps.
      t.true((result.peak?.bytes ?? 0) > 50 * MB, `${trace}: ${result.peak?.bytes}`);
    }
  });
}

testAsRoot(
  'with a /proc of another pid namespace nothing is measured, and why is said',
  async (t) => {
    const flags = ['-q', '--no-store', '--json', '-'];
    const command = [process.execPath, cliPath, ...flags, '--', 'sh', '-c', 'exit 4'];
    const running = new Running('unshare', ['--pid', '--fork', ...command]);
    running.child.stdin?.end();
    const { code, stdout, stderr } = await running.finished();
    t.is(code, 4);
    const reason = '/proc: it shows the processes of another pid namespace';
    t.is(stderr, `memtop: warning: nothing was measured: ${reason}\n`);
    const { sampling, ...result }: Result = JSON.parse(stdout.toString());
    t.deepEqual(sampling, { method: 'unavailable', fallbackReason: reason });
    t.false('peak' in result);
  },
);

/** Runs a child that grows and then waits, as nobody, in a mount namespace of its own. */
async function behind(t: ExecutionContext, prepare: string, trace: string) {
  const folder = temporaryFolder(t);
  const script = `${prepare} && exec "$@"`;
  const grown = "perl -e '$held = q(x) x (50 << 20); select undef, undef, undef, 0.5'; exit 5";
  const flags = ['-q', '--no-store', '--trace', trace, '--json', '-'];
  const command = [process.execPath, cliPath, ...flags, '--', 'sh', '-c', grown];
  const place = ['--mount', 'sh', '-c', script, folder, ...asNobody, ...command];
  const running = new Running('unshare', place);
  running.child.stdin?.end();
  const { code, stdout } = await running.finished();
  return { code, result: JSON.parse(stdout.toString()) as Result };
}

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
