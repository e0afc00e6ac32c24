import test from 'ava';
import { storedCommand } from '../../../ts/tracker/result/stored-command.js';

test('a secret is not kept', (t) => {
  t.deepEqual(storedCommand(['deploy', '--token', 'abc', 'https://me:pw@host/']), [
    'deploy',
    '--token',
    '[redacted]',
    'https://[redacted]@host/',
  ]);
});

test('long arguments and long lines are cut', (t) => {
  const [, word = ''] = storedCommand(['echo', 'x'.repeat(1_000_000)]);
  t.is(word, `${'x'.repeat(4096)}…`);
  const line = storedCommand(Array.from({ length: 1_000_000 }, () => 'word'));
  t.true(line.join(' ').length <= 65_540, `${line.join(' ').length}`);
  t.is(line.at(-1), '…');
});
