import test from 'ava';
import { annotation } from '../../ts/report/annotation.js';
import type { Oom } from '../../ts/result/types.js';
import { exampleResult, MB } from '../helpers/example-result.js';

const guard = { warned: true, action: 'none', warnBytes: 500 * MB } as const;
const terminated = {
  ...guard,
  action: 'terminated',
  reason: 'limit',
  bytes: 523 * MB,
  limitBytes: 500 * MB,
} as const;
const exit = { code: null, signal: 'SIGKILL', cause: 'guard' } as const;

test('a run that was ended for its memory is an error', (t) => {
  t.is(
    annotation({ ...exampleResult, guard: terminated, exit }),
    '::error title=memtop::ended by the guard: it had 523MB, past its limit of 500MB. ' +
      '--limit allows more, --no-guard anything.',
  );
  const oom: Oom | undefined = { kind: 'heap', by: 'v8', evidence: 'exact' };
  const heap = { ...exampleResult, oom, exit: { ...exit, cause: 'oom-heap' as const } };
  t.regex(annotation(heap) ?? '', /^::error title=memtop::.* ran out of its heap\. /);
});

test('a run that went past a warning is a warning', (t) => {
  t.is(annotation({ ...exampleResult, guard }), '::warning title=memtop::it had 1.4GB, past 500MB');
});

test('any other run has none', (t) => {
  t.is(annotation(exampleResult), undefined);
  const failed = { code: 1, signal: null, cause: 'exit' } as const;
  t.is(annotation({ ...exampleResult, exit: failed }), undefined);
  const { warned: _warned, ...rest } = guard;
  t.is(annotation({ ...exampleResult, guard: { ...rest, warned: false } }), undefined);
});

test('no text of others can be a command of its own', (t) => {
  const run = { ...exampleResult.run, label: 'a\n::error::b,c:d%' };
  const summaryFile = '/a/b\r\n::stop-commands::x%0A.txt';
  const line = annotation({ ...exampleResult, run, guard: { ...terminated, summaryFile }, exit });
  t.regex(line ?? '', /^::error title=memtop%3A a %3A%3Aerror%3A%3Ab%2Cc%3Ad%25::/);
  t.regex(line ?? '', /::stop-commands::x%250A\.txt$/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  t.notRegex(line ?? '', /[\u0000-\u001f]/);
});
