import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isAlive } from '../helpers/alive.js';
import { memtopIn } from '../helpers/harmless.js';
import { testNeeding } from '../helpers/needs.js';
import { until } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';
import { Terminal } from '../helpers/terminal.js';
import { ways } from '../helpers/ways.js';

const runs = process.env.MEMTOP_TEST_LONG === '1' ? 200 : 30;
const define = testNeeding(whatIsMissing(['tmux', 'bash']), test.serial);

for (const way of ways) {
  define(`${runs} runs leave nothing behind [${['memtop', ...way].join(' ')}]`, async (t) => {
    // With its summary, and with the terminal as its input and output.
    const terminal = await Terminal.open(t, memtopIn(way, []));
    for (const name of ['temporary', 'work']) mkdirSync(join(terminal.folder, name));
    const state = 'stty -g; grep -h flags /proc/$$/fdinfo/[0-9]*; ls /proc/$$/fd';
    // Each run keeps the pid of the shell that it replaces.
    terminal.program('one', `echo $$ >> ../pids; exec ../under true 2>> ../summaries`);
    terminal.program(
      'many',
      `n=0; while [ $n -lt ${runs} ]; do ../one || exit 1; n=$((n+1)); done`,
    );
    await terminal.runs(`${state} > before; cd work`);
    await terminal.runs(`${mark}="$PWD" TMPDIR="$PWD/../temporary" ../many; echo "code $?"`);
    await terminal.runs(`cd ..; ${state} > after`);
    const screen = await terminal.shows(/^code \d+$/m);
    const read = (name: string) => readFileSync(join(terminal.folder, name), 'utf8');
    t.regex(screen, /^code 0$/m);
    t.is(read('after'), read('before'));
    t.deepEqual(readdirSync(join(terminal.folder, 'work')), []);
    t.deepEqual(readdirSync(join(terminal.folder, 'temporary')), []);
    const pids = new Set(read('pids').trim().split('\n'));
    t.is(pids.size, runs);
    t.deepEqual(controlGroupsOf(pids), []);
    const marked = `${mark}=${join(terminal.folder, 'work')}\0`;
    await until(() => withEnvironment(marked).length === 0, 'the end of all that was started');
    t.is(read('summaries').match(/^memtop: (no )?peak/gm)?.length, runs);
  });
}

/** In the environment of all processes that a test starts. */
const mark = 'STARTED_BY_A_TEST_IN';

function withEnvironment(entry: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isAlive(pid) && environmentOf(pid).includes(entry));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // The process has ended, or belongs to another user.
    return '';
  }
}

/** memtop names its groups after its pid. */
function controlGroupsOf(pids: ReadonlySet<string>): string[] {
  return foldersBelow('/sys/fs/cgroup').filter((folder) =>
    pids.has(/\/memtop-(\d+)-\d+$/.exec(folder)?.[1] ?? ''),
  );
}

function foldersBelow(folder: string): string[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name));
    return [...found, ...found.flatMap(foldersBelow)];
  } catch {
    // Another test's group has gone meanwhile.
    return [];
  }
}
