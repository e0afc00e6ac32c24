/** `memtop` alone at a terminal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isAlive } from '../helpers/alive.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, memtop, until } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';
import { Terminal } from '../helpers/terminal.js';

const testInTerminal = testNeeding(whatIsMissing(['tmux', 'bash']));

async function open(t: ExecutionContext): Promise<Terminal> {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  terminal.program('top', `echo $$ > pid; exec '${process.execPath}' '${cliPath}'`);
  await terminal.runs('stty -g > before');
  await terminal.types('./top');
  await terminal.shows(/processes.*by memory[\s\S]*q quit/);
  return terminal;
}

async function isAsBefore(t: ExecutionContext, terminal: Terminal): Promise<void> {
  await terminal.shows(/\.\/top\n[\s\S]*\$$/);
  t.is(await terminal.knows('alternate_on'), '0');
  t.is(await terminal.knows('cursor_flag'), '1');
  await terminal.runs('stty -g | cmp - before && echo as it was');
  t.regex(await terminal.screen(), /^as it was$/m);
}

testInTerminal('the processes of the machine are shown until q, and nothing is left', async (t) => {
  const terminal = await open(t);
  await terminal.resizes(40, 12);
  await terminal.shows(/^ +RSS /m);
  await terminal.presses('?');
  await terminal.shows(/any key goes back/);
  await terminal.presses('x', 'q');
  await isAsBefore(t, terminal);
});

for (const signal of ['TERM', 'HUP', 'INT']) {
  testInTerminal(`SIG${signal} leaves the terminal as it was`, async (t) => {
    const terminal = await open(t);
    const pid = Number(readFileSync(join(terminal.folder, 'pid'), 'utf8'));
    process.kill(pid, `SIG${signal}`);
    await isAsBefore(t, terminal);
    t.false(isAlive(pid));
  });
}

testInTerminal('^Z gives the terminal back, and fg takes it again', async (t) => {
  const terminal = await open(t);
  await terminal.presses('C-z');
  await terminal.shows(/Stopped.*\n\$$/);
  t.is(await terminal.knows('alternate_on'), '0');
  await terminal.types('fg');
  await terminal.shows(/by memory[\s\S]*q quit/);
  await terminal.presses('q');
  await terminal.shows(/\$$/);
  t.is(await terminal.knows('alternate_on'), '0');
});

testInTerminal('a process that was searched for is ended once that is confirmed', async (t) => {
  const terminal = await open(t);
  await terminal.presses('q');
  await terminal.isReady();
  terminal.program('wanted', 'echo $$ > wanted.pid; while :; do sleep 1; done');
  await terminal.runs('setsid ./wanted needle-in-the-stack < /dev/null > /dev/null 2>&1 &');
  const file = join(terminal.folder, 'wanted.pid');
  await until(() => pidIn(file) > 0, 'the process to start');
  const pid = pidIn(file);
  await terminal.types('./top');
  await terminal.shows(/q quit/);
  await terminal.begins('/needle-in-the-stack');
  await terminal.presses('Enter');
  await terminal.shows(/showing lines with/);
  await terminal.presses('G');
  await terminal.shows(new RegExp(`❯.*${pid}`));
  await terminal.presses('K');
  await terminal.shows(new RegExp(`end ${pid} .*\\?`));
  await terminal.presses('n');
  await terminal.shows(/nothing was ended/);
  t.true(isAlive(pid));
  await terminal.presses('K');
  await terminal.shows(new RegExp(`end ${pid} .*\\?`));
  await terminal.presses('y');
  await until(() => !isAlive(pid), 'the process to end');
  await terminal.presses('q');
  await terminal.isReady();
});

testInTerminal('the order changes, and the view stands still, at a key', async (t) => {
  const terminal = await open(t);
  for (const order of ['cpu', 'name', 'memory']) {
    await terminal.presses('s');
    await terminal.shows(new RegExp(`by ${order} · every`));
  }
  await terminal.presses('Space');
  await terminal.shows(/PAUSED/);
  await terminal.presses('Space');
  await terminal.shows(/by memory · every/);
  await terminal.presses('q');
  await isAsBefore(t, terminal);
});

testInTerminal('attach shows the tree, and then the summary', async (t) => {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  terminal.program('tree', 'echo $$ > pid; sleep 1000 & read -r x < go; kill $!');
  await terminal.runs('mkfifo go; setsid ./tree < /dev/null > /dev/null 2>&1 &');
  const file = join(terminal.folder, 'pid');
  await until(() => pidIn(file) > 0, 'the tree to start');
  const pid = pidIn(file);
  await terminal.types(`clear; '${process.execPath}' '${cliPath}' attach ${pid}`);
  const screen = await terminal.shows(/sleep 1000/);
  t.regex(screen, new RegExp(`memtop attach ${pid}: \\S+, peak \\S+`));
  t.regex(screen, /2 processes/);
  await terminal.presses('q');
  await terminal.shows(/memtop: peak [\s\S]*\$$/);
  t.true(isAlive(pid), 'the attached process goes on');
  writeFileSync(join(terminal.folder, 'go'), '\n');
  await until(() => !isAlive(pid), 'the tree to end');
});

function pidIn(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

test('without a terminal there is no view', async (t) => {
  const { code, stderr } = await memtop([]);
  t.is(code, 2);
  t.regex(stderr, /no command given/);
});
