/** Where process events cannot be had, a run uses the next best way, and says why once. */
import { constants } from 'node:os';
import type { Result } from '../../ts/result/types.js';
import { asNobody } from '../helpers/alive.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, fixture, Running } from '../helpers/processes.js';
import { unlessRoot, whatIsMissing } from '../helpers/programs.js';

const script = 'echo out; /bin/true; sleep 0.3; exit 3';
const withRoot = testNeeding(unlessRoot() ?? whatIsMissing(['/usr/bin/python3']));

/** Runs a shell with two children below these programs. */
async function runBelow(prefix: readonly string[], flags: readonly string[] = []) {
  const memtop = [process.execPath, cliPath, '-q', '--no-store', '--json', '-', ...flags];
  const [program = '', ...rest] = [...prefix, ...memtop, '--', 'sh', '-c', script];
  const running = new Running(program, rest);
  running.child.stdin?.end();
  const { code, stdout, stderr } = await running.finished();
  const [line, ...json] = stdout.toString().split('\n');
  return { code, line, stderr, result: JSON.parse(json.join('\n')) as Result };
}

const refuse = (name: 'EPERM' | 'EAFNOSUPPORT', protocol = 'all') => [
  '/usr/bin/python3',
  fixture('refuse-sockets.py'),
  `${constants.errno[name]}`,
  protocol,
];

const harm = 'without CAP_SYS_PTRACE, tracing would take privileges from programs such as sudo';
const noSocket = 'process events need a netlink socket, which cannot be opened: ';
const places = [
  ['in another network namespace', ['unshare', '--net'], /^the kernel sends no process events/],
  ['where sockets are forbidden', refuse('EPERM'), new RegExp(`^${noSocket}Operation not perm`)],
  ['where sockets are unknown', refuse('EAFNOSUPPORT'), new RegExp(`^${noSocket}Address family`)],
] as const;

for (const [place, prefix, reason] of places) {
  withRoot(`${place} root traces`, async (t) => {
    const { code, line, stderr, result } = await runBelow(prefix);
    t.deepEqual([code, line, stderr], [3, 'out', '']);
    t.is(result.sampling.tracking, 'ptrace');
    t.regex(result.sampling.fallbackReason ?? '', reason);
    t.like(result.processes, { seen: 3, unmeasured: 0 });
    t.deepEqual(result.warnings, []);
  });

  withRoot(`${place} another user scans`, async (t) => {
    const { code, line, stderr, result } = await runBelow([...prefix, ...asNobody]);
    t.deepEqual([code, line, stderr], [3, 'out', '']);
    t.is(result.sampling.tracking, 'scan');
    const { fallbackReason = '' } = result.sampling;
    t.regex(fallbackReason, reason);
    t.true(fallbackReason.endsWith(`, and ${harm}`), fallbackReason);
    t.deepEqual(result.warnings, []);
  });
}

withRoot('a process that can gain no privileges is traced as any user', async (t) => {
  const prefix = [...refuse('EPERM'), ...asNobody, '--no-new-privs'];
  const { code, result } = await runBelow(prefix);
  t.is(code, 3);
  t.is(result.sampling.tracking, 'ptrace');
  t.is(result.processes?.seen, 3);
});

withRoot('without the second socket only the peaks of ended processes are missing', async (t) => {
  const generic = '16';
  const { code, result } = await runBelow(refuse('EPERM', generic));
  t.is(code, 3);
  t.is(result.sampling.tracking, 'connector');
  t.is(
    result.sampling.fallbackReason,
    'the peaks of ended processes need a second netlink socket: ' +
      'Operation not permitted (os error 1)',
  );
  t.is(result.processes?.seen, 3);
});

const withPrlimit = testNeeding(whatIsMissing(['prlimit']));
withPrlimit('where descriptors are too few for sockets the command starts', async (t) => {
  // How many Node itself has open differs between its versions.
  for (let limit = 60; limit > 20; limit -= 3) {
    const { code, line, result } = await runBelow(['prlimit', `--nofile=${limit}:${limit}`]);
    t.deepEqual([code, line], [3, 'out'], `${limit}`);
    if (result.sampling.fallbackReason?.includes('Too many open files')) return;
  }
  t.fail('the sockets were never refused');
});
