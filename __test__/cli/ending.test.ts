import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { isAlive, isRoot, pidsIn } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { MB, measured } from '../helpers/measured.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, Running, startMemtop, until } from '../helpers/processes.js';

const traces = ['on', 'off'] as const;
const forever = 'while :; do sleep 0.02; done';

for (const trace of traces) {
  test(`a run past its timeout is ended with 124 (--trace ${trace})`, async (t) => {
    const flags = ['--trace', trace, '--timeout', '500ms', '--grace', '100ms'];
    const script = `trap "" TERM; echo $$; ${forever}`;
    const { code, stdout, stderr, result } = await measured(t, ['sh', '-c', script], flags);
    t.is(code, 124);
    t.like(result.exit, { code: null, signal: 'SIGKILL', cause: 'timeout' });
    t.true(result.run.durationMs >= 500);
    t.deepEqual(pidsIn(stdout, 1).filter(isAlive), []);
    t.regex(stderr, /^memtop: timed out after \d.+\. Allow longer with --timeout\.$/m);
  });

  test(`a command that handles SIGTERM has time to end (--trace ${trace})`, async (t) => {
    const flags = ['--trace', trace, '--timeout', '500ms', '--grace', '1h'];
    const script = `trap 'sleep 0.3; echo done; exit 0' TERM; ${forever}`;
    const { code, stdout, result } = await measured(t, ['sh', '-c', script], flags);
    t.is(code, 124);
    t.is(stdout.toString(), 'done\n');
    t.like(result.exit, { code: 0, signal: null, cause: 'timeout' });
  });

  test(`a survivor is named and left alone (--trace ${trace})`, async (t) => {
    const isSleep = 'until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done';
    const script = `{ sleep 60 & } > /dev/null 2>&1; ${isSleep}; echo $!; exit 3`;
    const flags = ['--trace', trace];
    const { code, stdout, stderr, result } = await measured(t, ['sh', '-c', script], flags);
    const [pid = 0] = pidsIn(stdout, 1);
    t.teardown(() => process.kill(pid, 'SIGKILL'));
    t.is(code, 3);
    t.is(result.survivors?.length, 1);
    t.like(result.survivors?.[0], { pid, name: 'sleep', command: ['sleep', '60'] });
    t.true(stderr.includes(`(process ${pid})`) && stderr.includes('\n  survivors '), stderr);
    t.true(isAlive(pid));
    t.true(readFileSync(`/proc/${pid}/status`, 'utf8').includes('\nTracerPid:\t0\n'));
  });

  test(`--survivors wait waits for them (--trace ${trace})`, async (t) => {
    const script = '{ sleep 0.5 & } > /dev/null 2>&1; echo $!; exit 3';
    const flags = ['--trace', trace, '--survivors', 'wait'];
    const { code, stdout, result } = await measured(t, ['sh', '-c', script], flags);
    t.is(code, 3);
    t.deepEqual(pidsIn(stdout, 1).filter(isAlive), []);
    t.is(result.survivors?.length, 1);
  });

  test(`--survivors kill ends them (--trace ${trace})`, async (t) => {
    const survivor = `sh -c 'trap "" TERM; echo $$; ${forever}'`;
    const script = `${survivor} & while kill -0 $! && sleep 0.2; do exit 3; done`;
    const flags = ['--trace', trace, '--survivors', 'kill', '--grace', '100ms'];
    const { code, stdout, result } = await measured(t, ['sh', '-c', script], flags);
    t.is(code, 3);
    t.deepEqual(pidsIn(stdout, 1).filter(isAlive), []);
    t.true((result.survivors?.length ?? 0) >= 1);
    t.is(result.exit.cause, 'exit');
  });

  test(`a full heap of V8 is the reported cause (--trace ${trace})`, async (t) => {
    const flags = ['--trace', trace];
    const { code, stderr, result } = await measured(t, [process.execPath, ...fullHeap], flags);
    const bare = new Running(process.execPath, fullHeap, { cwd: temporaryFolder(t) });
    t.is((await bare.finished()).signal, 'SIGABRT');
    t.is(code, 134);
    t.like(result.exit, { code: null, signal: 'SIGABRT', cause: 'oom-heap' });
    t.like(result.oom, {
      kind: 'heap',
      by: 'v8',
      heapLimitBytes: 64 * MB,
      evidence: trace === 'on' ? 'exact' : 'likely',
    });
    t.is(result.oom?.victim?.command[1], fullHeap[0]);
    t.regex(stderr, /^memtop: node (probably )?ran out of its heap \(limit 64MB\)/m);
  });
}

const fullHeap = [
  '--max-old-space-size=64',
  '-e',
  'const all = []; for (;;) all.push(new Array(1000).fill(1))',
];

test('a full heap below a shell that hides it is the reported cause', async (t) => {
  const [limit, e, program] = fullHeap;
  const script = `'${process.execPath}' ${limit} ${e} '${program}'; exit 1`;
  const { code, result } = await measured(t, ['sh', '-c', script], ['--trace', 'on']);
  t.is(code, 1);
  t.like(result.exit, { code: 1, signal: null, cause: 'oom-heap' });
  t.like(result.oom, { by: 'v8', heapLimitBytes: 64 * MB, evidence: 'exact' });
});

for (const trace of traces) {
  test(`a kill by a signal is not reported as out of memory (--trace ${trace})`, async (t) => {
    const { code, result } = await measured(t, ['sh', '-c', 'kill -9 $$'], ['--trace', trace]);
    t.is(code, 137);
    t.like(result.exit, { code: null, signal: 'SIGKILL', cause: 'signal' });
    t.false('oom' in result);
  });
}

const groups = '/sys/fs/cgroup/memory';
const hasGroups = isRoot && existsSync(join(groups, 'memory.limit_in_bytes'));
const lack = {
  need: 'cgroup1',
  why: 'only root can make groups of version 1, where they are mounted',
};
const testInGroup = testNeeding(hasGroups ? undefined : lack);

for (const trace of traces) {
  testInGroup(
    `a kill by the kernel's OOM killer is the reported cause (--trace ${trace})`,
    async (t) => {
      const group = join(groups, `memtop-test-${process.pid}-${trace}`);
      mkdirSync(group);
      t.teardown(() => rmdirSync(group));
      writeFileSync(join(group, 'memory.limit_in_bytes'), `${200 * MB}`);
      const file = join(temporaryFolder(t), 'result.json');
      const flags = ['--no-guard', '--trace', trace, '--json', file];
      const command = ['perl', '-e', '$held .= "x" x (1 << 20) while 1'];
      const enter = `echo $$ > '${group}/cgroup.procs'; exec "$@"`;
      const memtopCall = [process.execPath, cliPath, ...flags, '--', ...command];
      const running = new Running('sh', ['-c', enter, 'sh', ...memtopCall]);
      const { code, stderr } = await running.finished();
      t.is(code, 137, stderr);
      const { exit, oom } = JSON.parse(readFileSync(file, 'utf8'));
      t.like(exit, { code: null, signal: 'SIGKILL', cause: 'oom-kernel' });
      t.like(oom, { kind: 'kernel', by: 'enclosing-group', limitBytes: 200 * MB });
      t.is(oom.victim.name, 'perl');
      t.regex(stderr, /^memtop: killed by the kernel: out of memory in the group around it /m);
    },
  );
}

test('when memtop is killed, what it traces dies with it', async (t) => {
  const script = 'sleep 60 & one=$!; setsid sleep 60 & echo $$ $one $!; wait';
  const running = startMemtop(['-q', '--trace', 'on', '--cgroup', 'off', '--', 'sh', '-c', script]);
  await until(() => running.stdout.toString().endsWith('\n'), 'the pids');
  const pids = pidsIn(running.stdout, 3);
  t.deepEqual(pids.filter(isAlive), pids);
  running.child.kill('SIGKILL');
  await until(() => !pids.some(isAlive), 'the tree to be gone');
  t.pass();
});

test('when memtop is killed, an untraced command gets SIGTERM', async (t) => {
  const script = `trap 'echo got TERM; exit' TERM; echo READY; ${forever}`;
  const running = startMemtop([
    '-q',
    '--trace',
    'off',
    '--cgroup',
    'off',
    '--',
    'sh',
    '-c',
    script,
  ]);
  await running.printed('READY');
  running.child.kill('SIGKILL');
  await running.printed('got TERM');
  t.is((await running.finished()).signal, 'SIGKILL');
});

/** Runs memtop as a job of a shell, which reports and continues it if it stops. */
const asJob = `
set -m
"$@" 2>/dev/null &
memtop=$!
while kill -0 $memtop 2>/dev/null; do
  case "$(cat /proc/$memtop/stat 2>/dev/null)" in *") T "*) echo stopped; kill -CONT $memtop ;; esac
  sleep 0.02
done
wait $memtop
echo $?`;

test('memtop does not become a stopped job when it freezes the tree to end it', async (t) => {
  const flags = ['-q', '--no-store', '--trace', 'off', '--cgroup', 'off'];
  const times = ['--timeout', '200ms', '--grace', '200ms'];
  const command = ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'];
  const args = [process.execPath, cliPath, ...flags, ...times, '--', ...command];
  const runs = Array.from({ length: 8 }, () =>
    promisify(execFile)('bash', ['-c', asJob, 'bash', ...args]),
  );
  for (const { stdout } of await Promise.all(runs)) t.is(stdout, '124\n');
});
