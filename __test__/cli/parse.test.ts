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

test('what follows -- is the command, whatever it looks like', (t) => {
  t.deepEqual(parsed('-q', '--', 'a', '--label', '--', '-x').command, ['a', '--label', '--', '-x']);
  t.is(parsed('-q').command, undefined);
  t.deepEqual(parsed('--').command, []);
});

test('the last one of a flag counts', (t) => {
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
    const message = `--interval must be a number of milliseconds from 1 to 60000, not ${JSON.stringify(value)}`;
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
  ['', '--label must not be empty, not ""'],
  [' ', '--label must not be empty, not " "'],
  ['a\nb', '--label must not hold line breaks or control characters, not "a\\nb"'],
] as const) {
  test(`a label of ${JSON.stringify(value)} is refused`, (t) => {
    t.throws(() => execOptions(parsed(`--label=${value}`), {}), {
      instanceOf: UsageError,
      message,
    });
  });
}
