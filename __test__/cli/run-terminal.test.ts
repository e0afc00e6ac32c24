/** `memtop run` at a terminal: what is typed there reaches every task. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { cliPath } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';
import { Terminal } from '../helpers/terminal.js';
import { ways } from '../helpers/ways.js';

const testInTerminal = whatIsMissing(['tmux', 'bash']) === undefined ? test : test.skip;

/** A terminal whose `./tasks` runs two tasks at the same time. */
async function open(
  t: ExecutionContext,
  way: readonly string[],
  command: string,
): Promise<Terminal> {
  const terminal = await Terminal.open(t, { words: [], shellWords: '' });
  const tasks = { a: { command: [join(terminal.folder, 'task')] } };
  writeFileSync(
    join(terminal.folder, 'memtop.config.json'),
    JSON.stringify({ tasks: { ...tasks, b: tasks.a } }),
  );
  terminal.program('task', command);
  const words = [process.execPath, cliPath, 'run', '-q', '--parallel', '2', ...way, 'a', 'b'];
  terminal.program('tasks', `exec ${words.map((word) => `'${word}'`).join(' ')}`);
  return terminal;
}

for (const way of ways) {
  const told = way.length > 0 ? ` (${way.join(' ')})` : '';

  testInTerminal(`^C reaches each task once, and a second one as well${told}`, async (t) => {
    const script =
      'n=0; trap \'n=$((n+1)); echo "got $n"; [ $n = 2 ] && exit 5\' INT; echo READY; ' +
      'while :; do sleep 0.05; done';
    const terminal = await open(t, way, script);
    await terminal.types('./tasks');
    await terminal.shows(/^\[(a|b)\] READY\n\[(?!\1)[ab]\] READY$/m);
    await terminal.presses('C-c');
    await terminal.shows(/got 1\n.*got 1$/m);
    await terminal.presses('C-c');
    await terminal.shows(/got 2\n.*got 2$[^$]+\$$/m);
    await terminal.runs('echo "code $?"');
    const screen = await terminal.isReady();
    t.regex(screen, /^code 5$/m);
    t.is(screen.match(/got \d/g)?.length, 4);
  });

  testInTerminal(`^Z stops memtop with all tasks, and fg continues them${told}`, async (t) => {
    const terminal = await open(
      t,
      way,
      'echo READY; until [ -e go ]; do sleep 0.05; done; echo on',
    );
    await terminal.types('./tasks');
    await terminal.shows(/^\[(a|b)\] READY\n\[(?!\1)[ab]\] READY$/m);
    await terminal.presses('C-z');
    await terminal.shows(/Stopped.*\n\$$/);
    await terminal.runs('touch go');
    await terminal.runs('jobs');
    t.false((await terminal.screen()).includes('] on'));
    await terminal.types('fg');
    await terminal.shows(/\] on\n\[[ab]\] on\n\$$/);
    await terminal.runs('echo "code $?"; jobs');
    t.regex(await terminal.isReady(), /^code 0$/m);
  });
}
