/** `memtop run` at a terminal: what is typed there reaches every task. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { testNeeding } from '../helpers/needs.js';
import { cliPath } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';
import { Terminal } from '../helpers/terminal.js';
import { ways } from '../helpers/ways.js';

const testInTerminal = testNeeding(whatIsMissing(['tmux', 'bash']));

/** A terminal whose `./tasks` runs two tasks at the same time. */
async function open(
  t: ExecutionContext,
  way: readonly string[],
  command: string,
): Promise<Terminal> {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  const tasks = { a: { command: [join(terminal.folder, 'task')] } };
  writeFileSync(
    join(terminal.folder, 'memtop.config.json'),
    JSON.stringify({ tasks: { ...tasks, b: tasks.a } }),
  );
  terminal.program('task', command);
  const args = [process.execPath, cliPath, 'run', '-q', '--parallel', '2', ...way, 'a', 'b'];
  terminal.program('tasks', `exec ${args.map((word) => `'${word}'`).join(' ')}`);
  return terminal;
}

for (const way of [...ways, ['--ui', 'inline']]) {
  const suffix = way.length > 0 ? ` (${way.join(' ')})` : '';

  testInTerminal(`^C reaches each task once, and a second one as well${suffix}`, async (t) => {
    // The end of one task ends the other, so each waits until the other has had the signal, too.
    const script =
      'n=0; trap \'n=$((n+1)); echo "got $n"; ' +
      '[ $n = 2 ] && { : > $0.$$; ' +
      'until [ $(ls $0.* | wc -l) = 2 ]; do sleep 0.01; done; exit 5; }' +
      "' INT; echo READY; while :; do sleep 0.05; done";
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

  testInTerminal(`^Z stops memtop with all tasks, and fg continues them${suffix}`, async (t) => {
    // No child: a shell that has just made one by vfork cannot be stopped before that has run.
    const program =
      '$| = 1; print "READY\\n"; select undef, undef, undef, 0.05 until -e "go"; print "on\\n"';
    const terminal = await open(t, way, `exec perl -e '${program}'`);
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

const block = /── memtop \d+s ──\n now +\S+B +peak +\S+B.*\n( limit .*\n)? tasks /;

/** A terminal in a folder with these tasks. */
async function openWith(
  t: ExecutionContext,
  tasks: Readonly<Record<string, string>>,
): Promise<Terminal> {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  const commands = Object.entries(tasks).map(([name, script]) => {
    terminal.program(name, script);
    return [name, { command: [join(terminal.folder, name)] }];
  });
  writeFileSync(
    join(terminal.folder, 'memtop.config.json'),
    JSON.stringify({ tasks: Object.fromEntries(commands) }),
  );
  terminal.program('tasks', `exec '${process.execPath}' '${cliPath}' run --ui inline "$@"`);
  return terminal;
}

/** Without children, as above. */
const untilThere = (file: string) =>
  `perl -e 'select undef, undef, undef, 0.05 until -e "${file}"'`;

testInTerminal('status lines below concurrent tasks show each of them', async (t) => {
  const terminal = await openWith(t, {
    a: `echo one; ${untilThere('go')}; echo two; ${untilThere('end')}`,
    b: `echo three; ${untilThere('end')}; exit 3`,
  });
  await terminal.types('./tasks --parallel 2 --limit 10G a b');
  await terminal.shows(/^\[a\] one$/m);
  const screen = await terminal.shows(block);
  t.regex(screen, /^ tasks (a|b) \S+B \(peak \S+B\) {3}(?!\1)[ab] \S+B \(peak/m);
  t.regex(screen, /^ limit \S+ 0% of 10GB$/m);
  writeFileSync(join(terminal.folder, 'go'), '');
  t.regex(await terminal.shows(/^\[a\] two\n+── memtop/m), /^\[b\] three$/m);
  writeFileSync(join(terminal.folder, 'end'), '');
  const ended = await terminal.shows(/TASK\n[\s\S]*^\$$/m);
  t.notRegex(ended, /── memtop/);
  t.regex(ended, /^✗ b failed, exit 3, /m);
});

testInTerminal('tasks one after the other have the terminal, with lines below', async (t) => {
  const terminal = await openWith(t, {
    asks: 'test -t 1 && printf "name? "; read -r x; echo "hello $x"',
    waits: `echo READY; ${untilThere('end')}`,
  });
  await terminal.types('./tasks --serial asks waits');
  await terminal.shows(/^name\?\n── memtop/m);
  await terminal.types('Bob');
  await terminal.shows(/^name\? Bob\nhello Bob\n✓ asks .*\nREADY\n\n── memtop/m);
  await terminal.presses('C-z');
  t.notRegex(await terminal.shows(/Stopped.*\n\$$/), /── memtop/);
  await terminal.types('fg');
  await terminal.shows(block);
  writeFileSync(join(terminal.folder, 'end'), '');
  t.notRegex(await terminal.shows(/TASK\n[\s\S]*^\$$/m), /── memtop/);
});

testInTerminal('a process that outlives a task can still write to the terminal', async (t) => {
  const terminal = await openWith(t, {
    leaves: `(${untilThere('go')}; echo "still here") & echo left`,
  });
  await terminal.types('./tasks -q leaves; echo over');
  t.regex(await terminal.shows(/^over\n\$$/m), /^left\nover$/m);
  writeFileSync(join(terminal.folder, 'go'), '');
  await terminal.shows(/still here$/m);
});
