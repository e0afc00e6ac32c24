import test from 'ava';
import { neighboursText } from '../../ts/bench/neighbours.js';
import type { ProcessRecord } from '../../ts/inspect/process.js';
import { MB } from '../helpers/measured.js';

const record = (pid: number, name: string, megabytes: number): ProcessRecord => ({
  pid,
  started: 1,
  parentPid: 1,
  name,
  command: [name],
  rssBytes: megabytes * MB,
  state: 'sleeping',
});

/** An inspector that returns the given records. */
const seeing = (...records: ProcessRecord[]) => ({ findByCwd: async () => records });

test('a large process that works in the folder is named, a small one is not', async (t) => {
  const text = await neighboursText(
    seeing(record(7, 'sh', 2), record(8, 'node', 300), record(9, 'esbuild', 900)),
    '/work',
  );
  t.is(
    text,
    'already running in this folder: esbuild (9) 900MB, node (8) 300MB; not counted, ' +
      'but may affect the command',
  );
  t.is(await neighboursText(seeing(record(7, 'sh', 2)), '/work'), undefined);
});

test('this process is no neighbour, and of many the largest are named', async (t) => {
  t.is(await neighboursText(seeing(record(process.pid, 'node', 500)), '/work'), undefined);
  const many = [1, 2, 3, 4, 5].map((pid) => record(pid, 'node', 100 + pid));
  t.regex((await neighboursText(seeing(...many), '/work')) ?? '', /node \(3\) 103MB and 2 more;/);
});
