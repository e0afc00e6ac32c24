import test from 'ava';
import { exec } from '../../ts/cli/commands/exec.js';
import { execOptions } from '../../ts/cli/options.js';
import { parse } from '../../ts/cli/parse.js';
import { UsageError } from '../../ts/cli/usage-error.js';

const parsed = (...argv: string[]) => parse(argv, exec.flags);

test('a value may follow its flag or be attached to it', (t) => {
  t.is(parsed('--label', 'a').values.get('label'), 'a');
  t.is(parsed('--label=a=b').values.get('label'), 'a=b');
  t.is(parsed('--json', '-').values.get('json'), '-');
});

test('an attached value may look like a flag', (t) => {
  t.is(parsed('--label=-x').values.get('label'), '-x');
});

test('short flags may stand together, and their values may be attached', (t) => {
  const flags = [
    ...exec.flags,
    { name: 'count', short: 'n', value: 'N', summary: '', read: Number },
  ];
  t.deepEqual(
    [...parse(['-qn5'], flags).values],
    [
      ['quiet', true],
      ['count', '5'],
    ],
  );
});

test('a switch of the config can be switched off', (t) => {
  const config = (keys: Record<string, unknown>) => ({ source: 'here', folder: '/', config: keys });
  const on = config({ quiet: true, heap: true });
  t.true(execOptions(parsed(), {}, on).quiet);
  t.false(execOptions(parsed('--no-quiet'), {}, on).quiet);
  t.false(execOptions(parsed('--no-heap'), { MEMTOP_HEAP: '1' }, on).heap);
  const off = config({ guard: false, github: false, store: false });
  t.false(execOptions(parsed(), {}, off).guard);
  t.true(execOptions(parsed('--guard'), {}, off).guard);
  t.true(execOptions(parsed('--github'), {}, off).github);
  t.is(execOptions(parsed('--store', 'f'), {}, off).store, 'f');
  t.not(execOptions(parsed('--no-no-store'), {}, off).store, 'false');
});

test('what follows -- is the command, whatever it looks like', (t) => {
  t.deepEqual(parsed('-q', '--', 'a', '--label', '--', '-x').command, ['a', '--label', '--', '-x']);
  t.is(parsed('-q').command, undefined);
  t.deepEqual(parsed('--').command, []);
});

test('the last occurrence of a flag counts', (t) => {
  t.is(parsed('--label', 'a', '--label', 'b').values.get('label'), 'b');
});

for (const [argv, message] of [
  [['--intervall', '5'], 'unknown flag --intervall; did you mean --interval?'],
  [['--frobnicate'], 'unknown flag --frobnicate; memtop --help lists the flags'],
  [['-x'], 'unknown flag -x; memtop --help lists the flags'],
  [['--in\u001b[2Jterval'], 'unknown flag "--in\\u001b[2Jterval"; did you mean --interval?'],
  [['--label'], '--label needs a value: --label NAME'],
  [['--label', '--quiet'], '--label needs a value: --label NAME'],
  [['--quiet=yes'], '--quiet takes no value'],
  [['--no-quiet=yes'], '--no-quiet takes no value'],
  [['--no-label'], 'unknown flag --no-label; memtop --help lists the flags'],
  [['-n5'], 'unknown flag -n5; memtop --help lists the flags'],
  [['-json'], 'unknown flag -json; did you mean --json?'],
  [['-q=yes'], '-q takes no value'],
  [['-q-'], 'unknown flag -q-; memtop --help lists the flags'],
] as const) {
  test(`${JSON.stringify(argv)} is refused: ${JSON.stringify(message)}`, (t) => {
    t.throws(() => parsed(...argv), { instanceOf: UsageError, message });
  });
}

test('a flag comes before its variable', (t) => {
  const environment = { MEMTOP_INTERVAL: '20' };
  t.is(execOptions(parsed(), environment).intervalMs, 20);
  t.is(execOptions(parsed('--interval', '5'), environment).intervalMs, 5);
  t.is(execOptions(parsed(), { MEMTOP_INTERVAL: '' }).intervalMs, undefined);
});

for (const value of ['', 'abc', '0', '-1', '0.5', '60001', '1e99', 'NaN', 'Infinity', '10ms']) {
  test(`an interval of ${JSON.stringify(value)} is refused by name`, (t) => {
    const expected = 'must be a number of milliseconds from 1 to 60000';
    const message = `--interval ${expected}, not ${JSON.stringify(value)}`;
    t.throws(() => execOptions(parsed(`--interval=${value}`), {}), {
      instanceOf: UsageError,
      message,
    });
  });
}

test('a variable that cannot be used is named', (t) => {
  t.throws(() => execOptions(parsed(), { MEMTOP_INTERVAL: 'soon' }), {
    instanceOf: UsageError,
    message: 'MEMTOP_INTERVAL must be a number of milliseconds from 1 to 60000, not "soon"',
  });
});

for (const [value, message] of [
  ['', '--label must be a non-empty string, not ""'],
  [' ', '--label must be a non-empty string, not " "'],
  ['a\nb', '--label must be one line without control characters, not "a\\nb"'],
] as const) {
  test(`a label of ${JSON.stringify(value)} is refused`, (t) => {
    t.throws(() => execOptions(parsed(`--label=${value}`), {}), {
      instanceOf: UsageError,
      message,
    });
  });
}
