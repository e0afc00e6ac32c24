import test from 'ava';
import { isEnabled } from '../../ts/nx/activation.js';

test('only the exact value true activates it', (t) => {
  t.true(isEnabled({ NX_LOG_HEAP_USAGE: 'true' }));
  t.true(isEnabled({ MEMTOP_LOG_HEAP_USAGE: 'true' }));
  for (const value of [undefined, '', '1', 'TRUE', ' true', 'false']) {
    t.false(isEnabled({ NX_LOG_HEAP_USAGE: value, MEMTOP_LOG_HEAP_USAGE: value }));
  }
});

test("memtop's own variable decides where both are set", (t) => {
  t.false(isEnabled({ NX_LOG_HEAP_USAGE: 'true', MEMTOP_LOG_HEAP_USAGE: 'false' }));
  t.true(isEnabled({ NX_LOG_HEAP_USAGE: 'false', MEMTOP_LOG_HEAP_USAGE: 'true' }));
});
