import test from 'ava';
import { checks } from '../../ts/doctor/checks.js';
import type { Facts } from '../../ts/doctor/facts.js';
import type { Survey } from '../../ts/native/addon.js';
import type { Check } from '../../ts/report/check.js';

const GB = 1024 ** 3;
const features = { peak: true, peakSince: false, kill: true };

const survey: Survey = {
  pageBytes: 4096,
  openFiles: 1_048_576,
  processes: { visible: 40, unreadable: 0, ownPss: 'readable', othersPss: 'readable' },
  tracing: {
    isSuperuser: true,
    hasCapability: true,
    hasNoNewPrivileges: false,
    seccompMode: 0,
  },
  kernelEvents: {},
  memory: {
    totalBytes: 16 * GB,
    availableBytes: 12 * GB,
    swapTotalBytes: 2 * GB,
    swapFreeBytes: GB,
  },
  pressure: { someAvg10: 0, fullAvg10: 0 },
  group: { version: 2, path: '/a', directory: '/sys/fs/cgroup/a', features },
  runGroup: features,
};

const facts: Facts = {
  os: 'linux',
  arch: 'x64',
  node: '22.0.0',
  kernel: '6.18.0',
  cpus: 8,
  memoryBytes: 16 * GB,
  survey,
};

const noEvents = { refused: 'none are sent' };

/** The check with this id, after a change of what was found. */
function found(id: string, change: Partial<Survey>, before = survey): Check | undefined {
  return checks({ ...facts, survey: { ...before, ...change } }).find((check) => check.id === id);
}

test('a complete setup needs no advice', (t) => {
  const all = checks(facts);
  t.true(all.every(({ state, advice }) => state === 'ok' && advice === undefined));
  t.true(all.length < 20);
});

test('without the addon it says why, and claims nothing else', (t) => {
  const all = checks({ ...facts, survey: { unavailable: 'it is not installed' } });
  t.like(all[0], { id: 'addon', state: 'missing', fact: 'it is not installed' });
  t.deepEqual(
    all.map(({ id }) => id),
    ['addon', 'kernel', 'memory', 'rest'],
  );
});

test('without /proc it says so', (t) => {
  const { pageBytes } = survey;
  const all = checks({
    ...facts,
    survey: { pageBytes, kernelEvents: {}, procProblem: 'not mounted' },
  });
  t.like(all[2], { id: 'proc', state: 'missing', fact: 'not mounted; commands run unmeasured' });
});

test('an inexact kernel matters on a machine of many CPUs', (t) => {
  const kernel = (cpus: number) => checks({ ...facts, kernel: '6.8.0', cpus })[1];
  t.like(kernel(2), { state: 'ok' });
  t.like(kernel(64), { state: 'limited', advice: 'it is exact from Linux 6.16 on' });
});

test('hidden processes matter only to a user that cannot see them', (t) => {
  const processes = { visible: 3, unreadable: 0, hidepid: '2', ownPss: 'readable', othersPss: '' };
  t.like(found('proc', { processes }), { state: 'ok' });
  const tracing = { isSuperuser: false, hasCapability: false, hasNoNewPrivileges: false };
  t.like(found('proc', { processes, tracing }), { state: 'limited' });
});

test('events of the kernel make tracing needless', (t) => {
  t.like(found('events', {}), { state: 'ok' });
  t.is(found('ptrace', {}), undefined);
  const some = { withoutHighWater: 'sent to root only' };
  const tracing = { isSuperuser: false, hasCapability: false, hasNoNewPrivileges: false };
  t.like(found('events', { kernelEvents: some, tracing }), {
    state: 'limited',
    fact: 'sent by the kernel; sent to root only',
    advice: 'run as root',
  });
  const asRoot = found('events', { kernelEvents: some });
  t.is(asRoot?.advice, 'run outside of containers and sandboxes');
  t.like(found('events', { kernelEvents: noEvents }), { state: 'missing', fact: 'none are sent' });
});

test('the obstacle to tracing is named where it is needed', (t) => {
  const user = { isSuperuser: false, hasCapability: false, hasNoNewPrivileges: false };
  for (const [tracing, state, pattern] of [
    [{ ...user }, 'limited', /setuid/],
    [{ ...user, yamaScope: 1 }, 'limited', /ptrace_scope is 1/],
    [{ ...user, yamaScope: 2 }, 'missing', /CAP_SYS_PTRACE/],
    [{ ...user, yamaScope: 3 }, 'missing', /forbidden for all users/],
    [{ ...user, hasCapability: true, yamaScope: 2 }, 'ok', /CAP_SYS_PTRACE/],
    [{ ...user, isSuperuser: true }, 'limited', /only with --trace ptrace/],
    [{ ...user, hasNoNewPrivileges: true }, 'ok', /no program can gain rights/],
    [{ ...user, hasNoNewPrivileges: true, yamaScope: 2 }, 'missing', /CAP_SYS_PTRACE/],
    [{ ...user, refused: 'EPERM', seccompMode: 2 }, 'missing', /seccomp mode 2/],
  ] as const) {
    const check = found('ptrace', { tracing, kernelEvents: noEvents });
    t.is(check?.state, state);
    t.regex(check?.fact ?? '', pattern);
  }
});

test('shared memory of other users may be out of reach', (t) => {
  const processes = { visible: 3, unreadable: 0, ownPss: 'readable', othersPss: 'denied' };
  t.like(found('pss', { processes }), { state: 'limited', advice: 'others need CAP_SYS_PTRACE' });
  t.like(found('pss', { processes: { ...processes, ownPss: 'absent' } }), { state: 'missing' });
});

test('without a group for a run the own group is the next best', (t) => {
  const { runGroup: _, ...rest } = survey;
  const without: Survey = { ...rest, runGroupProblem: { reason: 'no', remedy: 'do' } };
  t.like(found('run-cgroup', {}, without), { state: 'missing', fact: 'no', advice: 'do' });
  const peak = (own: Partial<typeof features>) => {
    const group = { version: 2, path: '/', directory: '/x', features: { ...features, ...own } };
    return found('exact-peak', { group }, without);
  };
  t.like(peak({ peakSince: true }), { state: 'limited' });
  t.like(peak({}), { state: 'limited' });
  t.like(peak({ peak: false }), { state: 'missing' });
});

test('the memory that a run can have is the smaller of machine and group', (t) => {
  const group = { version: 2, path: '/a', directory: '/a', features };
  const max = { bytes: GB / 2, group: '/sys/fs/cgroup/a' };
  t.like(found('memory', { group: { ...group, max } }), {
    state: 'limited',
    fact: '512MB at most, set by /sys/fs/cgroup/a; the machine has 16GB, 12GB of it available',
  });
  t.like(found('memory', { group: { ...group, max: { ...max, bytes: 32 * GB } } }), {
    state: 'ok',
    fact: '16GB, 12GB of it available, without a limit',
  });
  t.regex(
    found('memory', { group: { ...group, high: max } })?.fact ?? '',
    /slowed down past 512MB/,
  );
  t.is(
    found('swap', { group: { ...group, swapMax: { ...max, bytes: 0 } } })?.fact,
    '0B at most, of 2GB, 1GB of it free',
  );
});

test('few open files are a limit', (t) => {
  t.like(found('open-files', { openFiles: 256 }), { state: 'limited' });
});
