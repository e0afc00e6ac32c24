import test from 'ava';
import { formatBytes } from '../../ts/report/bytes.js';

const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;

for (const [bytes, text] of [
  [0, '0B'],
  [1, '1B'],
  [1023, '1023B'],
  [KB, '1KB'],
  [1.5 * KB, '1.5KB'],
  [1023.9 * KB, '1023.9KB'],
  [MB - 1, '1MB'],
  [MB, '1MB'],
  [512 * MB, '512MB'],
  [512.04 * MB, '512MB'],
  [512.06 * MB, '512.1MB'],
  [1023.9 * MB, '1023.9MB'],
  [1023.97 * MB, '1GB'],
  [GB, '1GB'],
  [1.44 * GB, '1.4GB'],
  [2048 * GB, '2048GB'],
] as const) {
  test(`${bytes} bytes read ${text}`, (t) => {
    t.is(formatBytes(bytes), text);
  });
}
