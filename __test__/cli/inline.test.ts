/** `--ui inline`: lines below the output of a command, on a real terminal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, memtop, until } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';
import { Screen } from '../helpers/screen.js';
import { Terminal } from '../helpers/terminal.js';

const testInTerminal = testNeeding(whatIsMissing(['tmux', 'bash', 'script']));
const block = /── memtop \d+s ──\n now +\S+B +peak +\S+B/;

async function open(t: ExecutionContext): Promise<Terminal> {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  const args = [process.execPath, cliPath, '--quiet', '--ui', 'inline', '--json', 'result', '--'];
  terminal.program('under', `exec ${args.map((word) => `'${word}'`).join(' ')} "$@"`);
  return terminal;
}

/**
 * Starts a command in another terminal, and waits until its lines have been drawn several times.
 */
async function shownElsewhere(t: ExecutionContext): Promise<void> {
  const other = await open(t);
  await other.types('./under sh -c "read -r x"');
  const drawings = new Set<string>();
  const isDrawnOften = async () => drawings.add(await other.shows(block)).size > 2;
  await until(isDrawnOften, 'lines to change');
  await other.presses('Enter');
}

testInTerminal('the lines stand below the output, and are gone at the end', async (t) => {
  const terminal = await open(t);
  terminal.program(
    'talking',
    'for i in 1 2 3; do echo "line $i"; done; printf "name? "; read -r x; echo "hello $x"; exit 5',
  );
  await terminal.types('./under ./talking');
  const screen = await terminal.shows(block);
  t.regex(screen, /^line 1\nline 2\nline 3\nname\?\n── memtop/m);
  await terminal.types('Bob');
  await terminal.shows(/^name\? Bob\nhello Bob\n\$$/m);
  await terminal.runs('echo "code $?"');
  t.regex(await terminal.screen(), /^code 5$/m);
});

testInTerminal('the lines are shown unless they are switched off', async (t) => {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  terminal.program('measured', `exec '${process.execPath}' '${cliPath}' "$@"`);
  terminal.program('waiting', 'echo READY; read -r x');
  await terminal.types('./measured -- ./waiting');
  t.regex(await terminal.shows(block), /^READY$/m);
  await terminal.presses('Enter');
  await terminal.shows(/memtop: peak[\s\S]*^\$$/m);
  for (const [way, flags] of [
    ['CI=true', ''],
    ['TERM=dumb', ''],
    ['', '--quiet'],
    ['', '--ui off'],
    ['', '--pty on'],
  ]) {
    await terminal.types(`clear; ${way} ./measured ${flags} -- ./waiting`);
    await terminal.shows(/^READY$/m);
    // One that is started later has them.
    await shownElsewhere(t);
    t.notRegex(await terminal.screen(), /── memtop/, `${way} ${flags}`);
    await terminal.presses('Enter');
    await terminal.isReady();
  }
});

testInTerminal(
  'a shell at its prompt has the terminal to itself, and controls its jobs',
  async (t) => {
    const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
    terminal.program('measured', `exec '${process.execPath}' '${cliPath}' "$@"`);
    await terminal.types("PS1='inner> ' ./measured -- bash --norc");
    t.notRegex(await terminal.shows(/^inner> ?$/m), /no job control/);
    await terminal.types('sleep 60');
    await terminal.presses('C-z');
    await terminal.shows(/Stopped +sleep 60\ninner>/);
    await terminal.types('fg');
    await terminal.presses('C-c');
    await terminal.shows(/\^C\ninner>/);
    await terminal.types('exit');
    t.notRegex(await terminal.shows(/memtop: peak[\s\S]*^\$$/m), /── memtop/);
  },
);

testInTerminal('a limit is shown with its share in use', async (t) => {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  terminal.program('waiting', 'echo READY; read -r x');
  for (const limit of ['64M', '50%']) {
    const command = `'${process.execPath}' '${cliPath}' -q --ui inline --limit ${limit}`;
    await terminal.types(`clear; ${command} -- ./waiting`);
    await terminal.shows(limit === '64M' ? / limit \S+ \d+% of 64MB/ : / limit \S+ \d+% of \S+B/);
    await terminal.presses('Enter');
    await terminal.isReady();
  }
  t.notRegex(await terminal.screen(), /── memtop/);
});

testInTerminal('the lines follow the size of the terminal', async (t) => {
  const terminal = await open(t);
  terminal.program('waiting', 'echo one; read -r x; echo two');
  await terminal.types('./under ./waiting');
  await terminal.shows(block);
  for (const [columns, rows] of [
    [60, 20],
    [200, 40],
    [90, 24],
  ] as const) {
    await terminal.resizes(columns, rows);
    const screen = await terminal.shows(
      columns < 80
        ? /^one\n\n── memtop \d+s ──\n.*[█…]\n/m
        : /^one\n\n── memtop .*\n.*1 process\n/m,
    );
    t.is(screen.match(/── memtop/g)?.length, 1);
  }
  await terminal.presses('Enter');
  await terminal.shows(/^one\n\ntwo\n\$$/m);
});

testInTerminal('a command that takes the whole screen has it alone', async (t) => {
  const terminal = await open(t);
  terminal.program(
    'taking',
    [
      'printf "before\\n"; read -r x',
      'printf "\\033[?1049h\\033[2J\\033[24;1Hbottom\\033[1;1Htop"; read -r x',
      'printf "\\033[?1049lafter\\n"; read -r x',
    ].join('\n'),
  );
  await terminal.types('./under ./taking');
  await terminal.shows(block);
  await terminal.presses('Enter');
  const taken = await terminal.shows(/^top[\s\S]*^bottom$/m);
  t.notRegex(taken, /memtop/);
  await terminal.presses('Enter');
  await terminal.shows(/after\n\n── memtop/);
  await terminal.presses('Enter');
  await terminal.isReady();
});

testInTerminal('a storm of progress leaves nothing but its own lines', async (t) => {
  const terminal = await open(t);
  const storm = [
    'process.stdout.write("start\\n");',
    'let i = 0; const step = () => {',
    '  process.stdout.write("\\r\\u001b[32m" + i + "%\\u001b[0m \\u6f22\\u5b57 " + ' +
      '"#".repeat(i / 10));',
    '  const isOver = i === 100 && require("fs").existsSync("go");',
    '  i = Math.min(i + 1, 100);',
    '  if (isOver) process.stdout.write("\\ndone\\n"); else setTimeout(step, 15);',
    '}; step();',
  ].join('\n');
  writeFileSync(join(terminal.folder, 'storm.cjs'), storm);
  await terminal.types(`./under '${process.execPath}' storm.cjs`);
  await terminal.shows(block);
  writeFileSync(join(terminal.folder, 'go'), '');
  await terminal.shows(/\$$/);
  const screen = await terminal.shows(/^start\n100% 漢字 ##########\ndone\n\$$/m);
  t.notRegex(screen, /── memtop/);
});

testInTerminal('^C and ^Z do what they do without the lines', async (t) => {
  const terminal = await open(t);
  await terminal.runs('stty -g > before');
  terminal.program('waiting', 'echo READY; while :; do sleep 0.05; done');
  await terminal.types('./under ./waiting');
  await terminal.shows(block);
  await terminal.presses('C-z');
  t.notRegex(await terminal.shows(/Stopped.*\n\$$/), /now +\S+B/);
  await terminal.types('fg');
  await terminal.shows(block);
  await terminal.presses('C-c');
  await terminal.shows(/\^C\s*\$$/);
  await terminal.runs('echo "code $?"; stty -g | cmp - before && echo as it was');
  const screen = await terminal.screen();
  t.regex(screen, /^code 130$/m);
  t.regex(screen, /^as it was$/m);
});

testInTerminal('a process that outlives the command can still write to the terminal', async (t) => {
  const terminal = await open(t);
  terminal.program('staying', 'read -r x < go; echo "still here"; read -r x < go; echo "over"');
  terminal.program('leaving', 'mkfifo go; ./staying & echo "left $!"');
  await terminal.types('./under ./leaving');
  await terminal.shows(/^left \d+\n\$$/m);
  await terminal.types('echo > go');
  await terminal.shows(/still here$/m);
  await terminal.types('echo > go');
  t.regex(await terminal.shows(/over$/m), /still here$/m);
});

testInTerminal('unread keys are left to the shell', async (t) => {
  const terminal = await open(t);
  terminal.program('busy', 'echo READY; while ! test -e go; do sleep 0.05; done; echo done');
  await terminal.types('./under ./busy');
  await terminal.shows(block);
  await terminal.types('echo "typed ahead"');
  await terminal.begins('echo later');
  await terminal.shows(block);
  writeFileSync(join(terminal.folder, 'go'), '');
  t.regex(await terminal.shows(/^typed ahead\n\$ echo later$/m), /done$/m);
});

testInTerminal('a program that asks for keys through its output gets them', async (t) => {
  const terminal = await open(t);
  const asking = [
    'import os, sys, termios, tty',
    'before = termios.tcgetattr(1)',
    'tty.setcbreak(1)',
    'print("key?", flush=True)',
    'print("got", os.read(0, 1).decode(), os.get_terminal_size(1), flush=True)',
    'termios.tcsetattr(1, termios.TCSADRAIN, before)',
    'print("line?", flush=True)',
    'print("got", sys.stdin.readline().strip())',
  ].join('\n');
  writeFileSync(join(terminal.folder, 'asking.py'), asking);
  await terminal.runs('stty -g > before');
  await terminal.types('./under python3 asking.py');
  await terminal.shows(/^key\?$/m);
  await terminal.resizes(100, 30);
  await terminal.presses('x');
  await terminal.shows(/^got x os.terminal_size\(columns=100, lines=30\)\nline\?/m);
  await terminal.types('a line');
  await terminal.shows(/^a line\ngot a line\n\$$/m);
  await terminal.runs('stty -g | cmp - before && echo as it was');
  t.regex(await terminal.screen(), /^as it was$/m);
});

testInTerminal('a program for the whole screen finds each place on it', async (t) => {
  const terminal = await open(t);
  const drawing = [
    'import curses',
    'def main(screen):',
    '    for row in range(20): screen.addstr(row, 3 * (row % 7), "row %d" % row); screen.refresh()',
    '    key = screen.getch()',
    '    for row in range(20): screen.addstr(row, 40, "again %d" % row)',
    '    screen.addstr(22, 5, "key %s" % (key == curses.KEY_DOWN)); screen.getch()',
    'curses.wrapper(main)',
    'print("over")',
  ].join('\n');
  writeFileSync(join(terminal.folder, 'drawing.py'), drawing);
  const drawn = async (command: string) => {
    await terminal.types(`clear; ${command}`);
    await terminal.shows(/row 19/);
    await terminal.presses('Down');
    const screen = await terminal.shows(/again 19[\s\S]*key True/);
    await terminal.presses('q');
    await terminal.shows(/^over\n\$$/m);
    return screen;
  };
  await terminal.runs('stty -g > before');
  t.is(await drawn('./under python3 drawing.py'), await drawn('python3 drawing.py'));
  await terminal.runs('stty -g | cmp - before && echo as it was');
  t.regex(await terminal.screen(), /^as it was$/m);
});

testInTerminal('a pager gets its keys', async (t) => {
  const terminal = await open(t);
  await terminal.types('./under sh -c "seq 100 | less -X; echo over; read -r x"');
  await terminal.shows(/^23\n:$/m);
  await terminal.presses('Space');
  await terminal.shows(/^46\n:$/m);
  await terminal.presses('q');
  await terminal.shows(/over\n\n── memtop/);
  await terminal.presses('Enter');
  await terminal.isReady();
  t.notRegex(await terminal.screen(), /── memtop/);
});

testInTerminal('a program that opened the terminal itself is not overwritten', async (t) => {
  const terminal = await open(t);
  terminal.program(
    'direct',
    [
      'exec 3<> /dev/tty',
      'echo READY; while ! test -e go; do sleep 0.05; done',
      'stty raw -echo <&3; printf "\\033[?1049h\\033[2J\\033[Hmine" >&3',
      'dd bs=1 count=1 <&3 2> /dev/null > key',
      'printf "\\033[?1049l" >&3; stty sane <&3; echo "after"; read -r x',
    ].join('\n'),
  );
  await terminal.types('./under ./direct');
  await terminal.shows(block);
  writeFileSync(join(terminal.folder, 'go'), '');
  await terminal.shows(/^mine/);
  await shownElsewhere(t);
  t.is((await terminal.screen()).trim(), 'mine');
  await terminal.presses('q');
  const screen = await terminal.shows(/after\n\n── memtop/);
  t.is(screen.match(/── memtop/g)?.length, 1);
  await terminal.presses('Enter');
  await terminal.isReady();
});

testInTerminal('after SIGKILL the shell has its terminal again', async (t) => {
  const terminal = await open(t);
  terminal.program('waiting', 'echo "$PPID" > parent; echo READY; while :; do sleep 0.05; done');
  await terminal.types('./under ./waiting');
  await terminal.shows(block);
  process.kill(Number(readFileSync(join(terminal.folder, 'parent'), 'utf8')), 'SIGKILL');
  await terminal.shows(/Killed/);
  await terminal.runs('echo "code $?"');
  // The lines that stood there are written over.
  t.regex(await terminal.screen(), /^code 137/m);
});

/** What `script` has recorded of a terminal: every byte that was written to it. */
async function recorded(
  t: ExecutionContext,
  program: string,
  ui: string,
  columns: number,
): Promise<Buffer> {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  await terminal.resizes(columns, 24);
  writeFileSync(join(terminal.folder, 'program.cjs'), program);
  const args = [process.execPath, cliPath, '-q', '--json', 'result', '--ui', ui, '--'];
  const command = [...args, process.execPath, 'program.cjs'].join(' ');
  await terminal.types(`script -q -e -c '${command}' bytes; echo "code $?"`);
  await terminal.shows(/^code 0$/m);
  const bytes = readFileSync(join(terminal.folder, 'bytes'));
  // The first and the last line come from `script` itself.
  return bytes.subarray(bytes.indexOf('\n') + 1, bytes.lastIndexOf('\nScript done'));
}

const hard = [
  'const write = (bytes) => require("fs").writeSync(1, bytes);',
  'const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);',
  'pause(600);',
  'write("a".repeat(80)); pause(150); write("b\\n");',
  'for (const byte of Buffer.from("\\u001b[31m\\u6f22\\u{1f980}\\u001b[0mend\\n")) { ' +
    'write(Buffer.of(byte)); pause(60); }',
  'write("x".repeat(1 << 20) + "\\n"); pause(150);',
  'for (let i = 0; i < 2000; i += 1) write("line " + i + " \\u001b[1;32mgreen\\u001b[0m\\n");',
  'write("\\u6f22".repeat(60)); pause(200); write("\\nlast\\n"); pause(200);',
].join('\n');

for (const columns of [40, 80, 200]) {
  testInTerminal(
    `on ${columns} columns the output is the same with the lines and without`,
    async (t) => {
      const [shown, plain] = await Promise.all([
        recorded(t, hard, 'inline', columns),
        recorded(t, hard, 'off', columns),
      ]);
      t.true(shown.includes('memtop'));
      const [screen, expected] = [new Screen(columns, 24), new Screen(columns, 24)];
      await screen.write(shown);
      await expected.write(plain);
      const [seen, wanted] = [screen.everything, expected.everything];
      const at = wanted.findIndex((line, index) => line !== seen[index]);
      t.is(seen.length, wanted.length);
      t.is(seen[at], wanted[at], `line ${at} of ${wanted.length}`);
    },
  );
}

testInTerminal('the peak is the same with the lines and without', async (t) => {
  const peaks: number[] = [];
  for (const ui of ['inline', 'off']) {
    const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
    const program = 'const a = Buffer.alloc(200e6, 1); setTimeout(() => a, 900);';
    const command = `'${process.execPath}' '${cliPath}' -q --json result --ui ${ui}`;
    await terminal.runs(`${command} -- '${process.execPath}' -e '${program}'`);
    const file = join(terminal.folder, 'result');
    await until(() => readFileSync(file, 'utf8').endsWith('}\n'), 'the result');
    peaks.push(JSON.parse(readFileSync(file, 'utf8')).peak.bytes);
  }
  const [shown = 0, plain = 0] = peaks;
  t.true(Math.abs(shown - plain) < plain * 0.05, `${shown} and ${plain}`);
});

test('without a terminal there are no lines, and a message says so', async (t) => {
  const { code, stdout, stderr } = await memtop(['-q', '--ui', 'inline', '--', 'echo', 'hi']);
  t.is(code, 0);
  t.is(stdout.toString(), 'hi\n');
  t.regex(stderr, /no --ui inline here: standard output and error are not one terminal/);
});

test('an unknown view is named together with the known ones', async (t) => {
  const { code, stderr } = await memtop(['--ui', 'loud', '--', 'true']);
  t.is(code, 2);
  t.regex(stderr, /--ui must be one of auto, inline, full, off, not "loud"/);
});
