import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { asNobody } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { measured } from '../helpers/measured.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, memtop, Running } from '../helpers/processes.js';
import { unlessRoot } from '../helpers/programs.js';

const three = ['sh', '-c', 'sleep 0.2 & sleep 0.2; wait'];

test('with --trace on every process is seen', async (t) => {
  const { code, result } = await measured(t, three, ['--trace', 'on']);
  t.is(code, 0);
  t.is(result.sampling.method, 'traced');
  t.is(result.peak?.method, 'traced');
  t.like(result.processes, { seen: 3, unmeasured: 0 });
  t.true((result.sampling.tracedStops ?? 0) >= 7);
  t.false('fallbackReason' in result.sampling);
});

test('with --trace off it is scanned, and the result says why', async (t) => {
  const { stderr, result } = await measured(t, three, ['--trace', 'off']);
  t.is(result.sampling.method, 'scanned');
  t.is(result.sampling.fallbackReason, 'process events were not asked for');
  t.false('tracedStops' in result.sampling);
  t.notRegex(stderr, /every process seen/);
});

test('a traced command has its streams and its exit code', async (t) => {
  const script = 'cat; echo error >&2; exit 42';
  const { code, stdout, stderr } = await memtop(['--trace', 'on', '-q', '--', 'sh', '-c', script], {
    input: Buffer.from([0, 255, 10]),
  });
  t.is(code, 42);
  t.deepEqual([...stdout], [0, 255, 10]);
  t.is(stderr, 'error\n');
});

test('a missing command is reported as without tracing', async (t) => {
  const { code, stderr } = await memtop(['--trace', 'on', '--', 'no-such-command']);
  t.is(code, 127);
  t.is(stderr, 'memtop: no-such-command: command not found\n');
});

test('an unknown value of --trace is named', async (t) => {
  const { code, stderr } = await memtop(['--trace', 'maybe', '--', 'true']);
  t.is(code, 2);
  t.is(stderr, 'memtop: --trace must be one of auto, kernel, ptrace, on, off, not "maybe"\n');
});

/** Where there is another user that root can run a command as. */
const testAsRoot = testNeeding(unlessRoot());
testAsRoot('for root the kernel reports everything by default', async (t) => {
  const { result } = await measured(t, three);
  const { method, tracking, ...sampling } = result.sampling;
  t.deepEqual([method, tracking], ['traced', 'kernel']);
  t.false('tracedStops' in sampling);
  t.false('fallbackReason' in sampling);
  t.like(result.processes, { seen: 3, unmeasured: 0 });
});

async function runAsNobody(flags: readonly string[], command: readonly string[]) {
  const call = [process.execPath, cliPath, ...flags, '--', ...command];
  const [setpriv = '', ...rest] = [...asNobody, ...call];
  const running = new Running(setpriv, rest);
  running.child.stdin?.end();
  return running.finished();
}

testAsRoot(
  'to a plain user the kernel reports everything but the peaks of ended processes',
  async (t) => {
    for (const flags of [[], ['--trace', 'auto'], ['--trace', 'kernel']]) {
      const { stdout } = await runAsNobody(['-q', '--json', '-', ...flags], three);
      const { sampling, processes } = JSON.parse(stdout.toString());
      t.deepEqual([sampling.method, sampling.tracking], ['traced', 'connector']);
      t.is(
        sampling.fallbackReason,
        'the peaks of ended processes are sent with CAP_NET_ADMIN only',
      );
      t.is(processes.seen, 3);
    }
  },
);

/** Pids there are not those of the kernel's events. */
const inNamespace = ['unshare', '--pid', '--fork', '--mount-proc'];
testAsRoot(
  'where the kernel reports nothing, the next best is used and the result says why',
  async (t) => {
    const call = [...inNamespace, process.execPath, cliPath, '-q', '--json', '-', '--', ...three];
    const [program = '', ...rest] = call;
    const { stdout } = await new Running(program, rest).finished();
    const { sampling, processes } = JSON.parse(stdout.toString());
    t.deepEqual([sampling.method, sampling.tracking], ['traced', 'ptrace']);
    t.is(sampling.fallbackReason, 'the kernel sends no process events here, as in a container');
    t.is(processes.seen, 3);
  },
);

testAsRoot(
  'with --trace kernel a command does not start where the kernel reports nothing',
  async (t) => {
    const call = [
      ...inNamespace,
      process.execPath,
      cliPath,
      '--trace',
      'kernel',
      '--',
      'echo',
      'x',
    ];
    const [program = '', ...rest] = call;
    const { code, stdout, stderr } = await new Running(program, rest).finished();
    t.is(code, 125);
    t.is(stdout.toString(), '');
    t.regex(stderr, /the kernel sends no process events here/);
  },
);

/** A copy of `id` that runs as root for every user. */
function setuidId(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const file = join(folder, 'id');
  copyFileSync('/usr/bin/id', file);
  chmodSync(file, 0o4755);
  return file;
}

testAsRoot('auto never traces a command that would lose its privileges', async (t) => {
  const { stdout, stderr } = await runAsNobody(
    ['--trace', 'auto', '--no-store'],
    ['sh', '-c', `${setuidId(t)}; sleep 0.2`],
  );
  t.regex(stdout.toString(), /euid=0\(root\)/);
  t.notRegex(stderr, /warning/);
});

testAsRoot('with tracing on request, a loss of privileges is a warning', async (t) => {
  const id = setuidId(t);
  const { stdout, stderr } = await runAsNobody(['-q', '--trace', 'on', '--no-store'], [id]);
  t.notRegex(stdout.toString(), /euid=0/);
  t.is(
    stderr,
    `memtop: warning: ${id} ran without the rights that its file gives, because it was traced; ` +
      'use --trace off\n',
  );
});

testAsRoot('a command keeps its privileges under a tracer that runs as root', async (t) => {
  const command = [...asNobody, setuidId(t)];
  const { stdout, stderr } = await memtop(['-q', '--trace', 'on', '--', ...command]);
  t.regex(stdout.toString(), /euid=0\(root\)/);
  t.is(stderr, '');
});
