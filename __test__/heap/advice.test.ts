import test from 'ava';
import { adviceFor, adviceWhenFull } from '../../ts/heap/advice.js';

const MB = 1024 * 1024;

test('live objects fill at most 80 % of the suggested limit', (t) => {
  for (const live of [30, 100, 812, 5000]) {
    const { megabytes, reason } = adviceFor({ liveBytes: live * MB, unconfirmedBytes: 0 });
    t.true(live <= megabytes * 0.8 && megabytes * 0.8 < live + 16, `${live} ${megabytes}`);
    t.is(megabytes % 16, 0);
    t.true(reason.startsWith(`${live}MB were left after a full collection; `), reason);
  }
});

test('without a full collection all objects may be live', (t) => {
  const { megabytes, reason } = adviceFor({ liveBytes: 100 * MB, unconfirmedBytes: 400 * MB });
  t.is(megabytes, 512);
  t.regex(reason, /^400MB were in use, with no full collection after that/);
  t.is(adviceFor({ unconfirmedBytes: 400 * MB }).megabytes, 512);
});

test('a small heap gets a limit that Node can start with', (t) => {
  t.is(adviceFor({ unconfirmedBytes: MB }).megabytes, 32);
});

test('a full heap gets twice its limit', (t) => {
  t.is(adviceWhenFull(64 * MB).megabytes, 128);
});
