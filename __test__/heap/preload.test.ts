import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readRecord } from '../../ts/heap/record.js';
import { packageRoot } from '../../ts/package.js';
import { temporaryFolder } from '../helpers/folder.js';
import { Running } from '../helpers/processes.js';

test('a report identifies its process by pid and start time', async (t) => {
  const folder = temporaryFolder(t);
  const preload = join(packageRoot, 'dist/heap-preload.cjs');
  const print = `console.log(fs.readFileSync('/proc/self/stat', 'utf8'))`;
  const node = new Running(process.execPath, ['--require', preload, '-e', print], {
    env: { MEMTOP_HEAP_DIR: folder },
  });
  const { code, stdout } = await node.finished();
  t.is(code, 0);
  const [name = ''] = readdirSync(folder);
  const afterName = stdout.toString().split(') ').at(-1)?.split(' ') ?? [];
  t.like(readRecord(readFileSync(join(folder, name), 'utf8')), {
    pid: node.pid,
    startTicks: Number(afterName[19]),
  });
});
