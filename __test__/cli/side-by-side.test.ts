/** Several memtops at once: all receive the events of the machine, and each counts its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../ts/result/types.js';
import { unlessEventsAreSent } from '../helpers/events.js';
import { temporaryFolder } from '../helpers/folder.js';
import { measured } from '../helpers/measured.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath } from '../helpers/processes.js';

const withEvents = testNeeding(unlessEventsAreSent());

withEvents('memtops side by side count their own processes alone', async (t) => {
  const script = 'i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i+1)); done';
  const starts = Array.from({ length: 20 }, () =>
    measured(t, ['sh', '-c', script], ['-q', '--no-store']),
  );
  for (const { code, stderr, result } of await Promise.all(starts)) {
    t.deepEqual([code, stderr], [0, '']);
    t.is(result.processes?.seen, 51);
    t.false('lostEvents' in result.sampling);
  }
});

withEvents('a memtop within a memtop within a memtop counts what is below it', async (t) => {
  const folder = temporaryFolder(t);
  const file = (name: string) => join(folder, `${name}.json`);
  /** `$0` is the command line of memtop; each level has its number of processes before the next. */
  const script = `
    case $1 in
      outer) /bin/true; exec=middle;;
      middle) /bin/true; /bin/true; exec=inner;;
      inner) /bin/true; /bin/true; /bin/true; exit 5;;
    esac
    $0 --json $2/$exec.json -- sh -c "$3" "$0" $exec $2 "$3"`;
  const memtop = `${process.execPath} ${cliPath} -q --no-store`;
  const args = [memtop, 'outer', folder, script];
  const { code, stderr, result: outer } = await measured(t, ['sh', '-c', script, ...args], ['-q']);
  t.deepEqual([code, stderr], [5, '']);
  const [middle, inner] = ['middle', 'inner'].map((name): Result => {
    return JSON.parse(readFileSync(file(name), 'utf8'));
  });
  t.is(inner?.processes?.seen, 1 + 3);
  t.is(middle?.processes?.seen, 1 + 2 + 1 + 4);
  t.is(outer.processes?.seen, 1 + 1 + 1 + 8);
});
