import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { connectLifeline, isGone, Lifeline } from '../../../ts/bench/container/lifeline.js';
import { temporaryFolder } from '../../helpers/folder.js';

test('a holder is notified of its end, however long the path is', async (t) => {
  const folder = join(temporaryFolder(t), 'deep/'.repeat(60));
  mkdirSync(folder, { recursive: true });
  const lifeline = await Lifeline.open(folder);
  const held = (await connectLifeline(folder)).ref();
  const closed = once(held, 'close');
  lifeline[Symbol.dispose]();
  await closed;
  t.true(held.destroyed);
});

test('a lifeline whose memtop was killed is recognised as gone', async (t) => {
  const folder = temporaryFolder(t);
  const script =
    "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 9))";
  const { signal } = spawnSync(process.execPath, ['-e', script, join(folder, 'alive')]);
  t.is(signal, 'SIGKILL');
  const error = await t.throwsAsync(connectLifeline(folder));
  t.true(isGone(error));
});

test('a folder without a lifeline is not taken for one that is gone', async (t) => {
  const error = await t.throwsAsync(connectLifeline(temporaryFolder(t)));
  t.false(isGone(error));
});
