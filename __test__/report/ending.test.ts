import test from 'ava';
import { endingOf, endingText, isCutShort } from '../../ts/report/ending.js';
import { endingLines, summary } from '../../ts/report/summary.js';
import type { Result } from '../../ts/result/types.js';
import { exampleResult, MB } from '../helpers/example-result.js';

const GB = 1024 * MB;

const { schema, memtopVersion, run } = exampleResult;
const result: Result = {
  schema,
  memtopVersion,
  run,
  exit: { code: null, signal: 'SIGKILL', cause: 'signal' },
  largestProcess: {
    pid: 7,
    name: 'MainThread',
    command: ['/usr/bin/node', 'x.js'],
    bytes: 430 * MB,
    method: 'scanned',
  },
  sampling: { method: 'scanned' },
  warnings: [],
};
const kernel = { kind: 'kernel', by: 'group', evidence: 'exact' } as const;
const heap = { kind: 'heap', by: 'v8', evidence: 'exact' } as const;
const oomKernel = { code: null, signal: 'SIGKILL', cause: 'oom-kernel' } as const;
const oomHeap = { code: null, signal: 'SIGABRT', cause: 'oom-heap' } as const;
const guard = {
  warned: true,
  action: 'terminated',
  reason: 'limit',
  bytes: 523 * MB,
  limitBytes: 500 * MB,
  summaryFile: '/a/memtop-crash-summary-20261120-140702.txt',
} as const;
const byGuard = { code: null, signal: 'SIGTERM', cause: 'guard' } as const;
const lessOf = (what: string) =>
  `Give ${what} more memory, or let it run with less: fewer jobs at once, a smaller heap.`;

const endings: Record<string, [Partial<Result>, string]> = {
  'the limit of the own group': [
    { exit: oomKernel, oom: { ...kernel, group: '/build', limitBytes: 512 * MB } },
    'killed by the kernel: out of memory in the group of the run /build (limit 512MB); ' +
      `the largest process was node (430MB). ${lessOf('the group')}`,
  ],
  'the limit of a group around it': [
    {
      exit: oomKernel,
      oom: {
        ...kernel,
        by: 'enclosing-group',
        group: '/system.slice/docker-0123456789abcdef0123456789abcdef.scope',
        victim: { pid: 9, name: 'cc1plus', command: ['/usr/lib/gcc/cc1plus'], bytes: 300 * MB },
      },
    },
    'killed by the kernel: out of memory in the group around it …9abcdef0123456789abcdef.scope; ' +
      `it took cc1plus (300MB). ${lessOf('the group')}`,
  ],
  'the machine, as far as is known': [
    { exit: oomKernel, oom: { ...kernel, by: 'machine', evidence: 'likely' } },
    'probably killed by the kernel: the machine was out of memory; ' +
      `the largest process was node (430MB). ${lessOf('the machine')}`,
  ],
  'a process below a command that reported it': [
    {
      exit: { code: 2, signal: null, cause: 'exit' },
      oom: { ...kernel, victim: { name: 'rustc', command: [] } },
    },
    'one of its processes was killed by the kernel: out of memory in the group of the run; ' +
      `it took rustc. ${lessOf('the group')}`,
  ],
  'a full heap': [
    {
      exit: oomHeap,
      oom: {
        ...heap,
        heapLimitBytes: 2 * GB,
        victim: { name: 'MainThread', command: ['/usr/bin/node'] },
      },
    },
    'node ran out of its heap (limit 2GB). ' +
      'Raise it with --max-old-space-size=4096 in NODE_OPTIONS, if the machine has it.',
  ],
  'a full heap of unknown size': [
    { exit: oomHeap, oom: { ...heap, evidence: 'likely' } },
    'one of its processes probably ran out of its heap. ' +
      'Raise it with --max-old-space-size, in MB, in NODE_OPTIONS, if the machine has it.',
  ],
  'a full heap as large as the machine': [
    { exit: oomHeap, oom: { ...heap, heapLimitBytes: 7 * GB } },
    'one of its processes ran out of its heap (limit 7GB). ' +
      'The machine has no room for a larger one: make it need less.',
  ],
  'the limit of the guard': [
    { exit: byGuard, guard },
    'ended by the guard: it had 523MB, past its limit of 500MB. Raise --limit, or ' +
      'lift it with --no-guard. Crash report: memtop-crash-summary-20261120-140702.txt',
  ],
  'the guard for the machine': [
    {
      exit: byGuard,
      guard: { warned: false, action: 'terminated', reason: 'machine', bytes: 7 * GB },
    },
    'ended by the guard: it had 7GB, and the machine was running out of memory. ' +
      'Run on regardless with --no-guard.',
  ],
  'a time that is over': [
    { exit: { code: null, signal: 'SIGTERM', cause: 'timeout' } },
    'timed out after 20.1s. Allow longer with --timeout.',
  ],
  'a program that wanted so': [
    { exit: { code: null, signal: 'SIGTERM', cause: 'aborted' } },
    'ended by the program that ran it',
  ],
  'a lack of memory of which nothing more is known': [
    { exit: { ...oomKernel, message: 'the kernel said so' } },
    'the kernel said so',
  ],
  'SIGKILL without a trace': [
    {},
    'killed by SIGKILL, sender unknown; no trace of memory having run out',
  ],
  'SIGKILL where nothing could leave one': [
    { sampling: { method: 'unavailable' } },
    'killed by SIGKILL, sender unknown',
  ],
  'SIGKILL with kills in the group': [
    { cgroup: { version: 2, path: '/a', escaped: 0, oomKills: 1 } },
    'killed by SIGKILL, sender unknown; the kernel killed 1 in its group when memory ran out',
  ],
  'the code of SIGKILL': [
    { exit: { code: 137, signal: null, cause: 'exit' } },
    'exited with 137, which usually means that one of its processes was killed by SIGKILL, ' +
      'sender unknown; no trace of memory having run out',
  ],
};

for (const [name, [change, text]] of Object.entries(endings)) {
  const changed = { ...result, ...change };

  test(`${name} is a sentence`, (t) => {
    const ending = endingOf(changed);
    t.is(ending && endingText(ending), text);
  });

  test(`${name} comes first in the summary and fits the terminal`, (t) => {
    for (const columns of [40, 80, 120]) {
      const lines = endingLines(changed, columns);
      t.is(lines.join(' '), `memtop: ${text}`);
      t.deepEqual(
        lines.filter((line) => line.length > columns),
        [],
      );
      t.deepEqual(summary(changed, columns).slice(0, lines.length), lines);
    }
  });
}

for (const exit of [
  { code: 0, signal: null, cause: 'exit' },
  { code: 1, signal: null, cause: 'exit' },
  { code: null, signal: 'SIGTERM', cause: 'signal' },
  { code: null, signal: null, cause: 'unknown' },
  { code: 127, signal: null, cause: 'not-started', message: 'x: command not found' },
] as const) {
  test(`${exit.cause} with ${exit.signal ?? exit.code} needs no sentence`, (t) => {
    t.is(endingOf({ ...result, exit }), undefined);
    t.deepEqual(endingLines({ ...result, exit }, 80), []);
    t.false(isCutShort({ ...result, exit }));
  });
}

test('an end by memtop or for lack of memory is printed even without a summary', (t) => {
  t.true(isCutShort({ ...result, exit: byGuard }));
  t.true(isCutShort({ ...result, exit: { code: 1, signal: null, cause: 'timeout' } }));
  t.true(isCutShort({ ...result, oom: kernel }));
  t.false(isCutShort(result));
});

test('names and paths cannot control the terminal', (t) => {
  const oom = {
    ...kernel,
    group: '/a\u001b[2J',
    victim: { name: '\u001b]0;t\u0007', command: [] },
  };
  const [line] = endingLines({ ...result, exit: oomKernel, oom }, 500);
  t.regex(line ?? '', /the group of the run \/a\?\[2J; it took \?\]0;t\?\./);
});
