import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { connectLifeline, isGone, Lifeline } from '../../../ts/bench/container/lifeline.js';
import { temporaryFolder } from '../../helpers/folder.js';

test('whoever holds it hears of its end, however long the path is', async (t) => {
  const folder = join(temporaryFolder(t), 'deep/'.repeat(60));
  mkdirSync(folder, { recursive: true });
  const lifeline = await Lifeline.open(folder);
  const held = (await connectLifeline(folder)).ref();
  const closed = once(held, 'close');
  lifeline[Symbol.dispose]();
  await closed;
  t.true(held.destroyed);
});

test('of one whose memtop was killed it is known that that is gone', async (t) => {
  const folder = temporaryFolder(t);
  const script =
    "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 9))";
  const { signal } = spawnSync(process.execPath, ['-e', script, join(folder, 'alive')]);
  t.is(signal, 'SIGKILL');
  const error = await t.throwsAsync(connectLifeline(folder));
  t.true(isGone(error));
});

test('a folder that never had one tells nothing', async (t) => {
  const error = await t.throwsAsync(connectLifeline(temporaryFolder(t)));
  t.false(isGone(error));
});
