import { harmless } from '../helpers/harmless.js';
import { Terminal } from '../helpers/terminal.js';
import { waysAtTerminal, waysOnSameTerminal } from '../helpers/ways.js';

const needs = ['tmux', 'bash'];

/** A program that prints what it reads, until its input ends. */
const echoing = 'echo READY; while read -r line; do echo "got $line"; done; echo over';

harmless(
  'a command can be stopped and continued from the keyboard',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    terminal.program('echoing', echoing);
    await terminal.types('./under ./echoing');
    await terminal.shows(/^READY$/m);
    await terminal.types('one');
    await terminal.shows(/^got one$/m);
    await terminal.presses('C-z');
    await terminal.shows(/Stopped.*\n\$$/);
    await terminal.runs('jobs');
    await terminal.types('fg');
    await terminal.shows(/^\.\/under \.\/echoing$/m);
    await terminal.types('two');
    await terminal.shows(/^got two$/m);
    await terminal.presses('C-d');
    await terminal.shows(/^over\n\$$/m);
    await terminal.runs('echo "code $?"; jobs');
    const screen = await terminal.isReady();
    t.regex(screen, /^\[1\]\+ {2}Stopped +\.\/under \.\/echoing$/m);
    t.regex(screen, /^code 0$/m);
    return screen;
  },
  { needs, among: waysAtTerminal },
);

harmless(
  'a stopped command goes on in the background, and stops when it reads from the terminal',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    terminal.program(
      'working',
      'mkfifo go; echo READY; read -r line < go; read -r line; echo "went $line"; exit 6',
    );
    await terminal.types('./under ./working');
    await terminal.shows(/^READY$/m);
    await terminal.presses('C-z');
    await terminal.shows(/Stopped.*\n\$$/);
    await terminal.runs('bg');
    await terminal.runs('jobs');
    t.regex(await terminal.screen(), /Running +\.\/under \.\/working &$/m);
    await terminal.runs('echo on > go');
    await terminal.runs('until jobs -s | grep -q Stopped; do :; done');
    await terminal.types('fg');
    await terminal.shows(/^\.\/under \.\/working$/m);
    await terminal.types('off');
    await terminal.shows(/^went off\n\$$/m);
    await terminal.runs('echo "code $?"');
    return relevantToJobs(await terminal.shows(/^code 6\n\$$/m));
  },
  // On a terminal of its own it is always in the foreground.
  { needs, among: waysOnSameTerminal },
);

harmless(
  'a command that was started in the background is a job as any other',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    terminal.program('waiting', 'mkfifo "$1"; read -r line < "$1"; exit 7');
    await terminal.runs('./under ./waiting first < /dev/null &');
    await terminal.runs('./under ./waiting second < /dev/null &');
    await terminal.runs('jobs');
    // In one line: after the shell has reported the end of a job, wait no longer finds the job.
    const wait = 'wait %1; echo "code $?"';
    await terminal.runs(`until test -p first && test -p second; do :; done; echo > first; ${wait}`);
    await terminal.runs('kill -HUP %2; wait %2 2> /dev/null; echo "code $?"');
    const screen = await terminal.shows(/^code 129\n\$$/m);
    t.regex(screen, /^code 7$/m);
    return relevantToJobs(screen);
  },
  { needs, among: waysAtTerminal },
);

harmless(
  'a command that stops itself is stopped for the shell, too',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    terminal.program('stopping', 'kill -STOP $$; echo resumed');
    await terminal.types('./under ./stopping');
    await terminal.shows(/Stopped.*\n\$$/, 3000);
    await terminal.runs('fg');
    const screen = await terminal.isReady();
    t.regex(screen, /^resumed$/m);
    return screen;
  },
  // Only what stops the whole group stops memtop.
  { needs, among: waysAtTerminal },
);

harmless(
  'a command is interrupted from the keyboard',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    terminal.program('echoing', echoing);
    await terminal.types('./under ./echoing');
    await terminal.shows(/^READY$/m);
    await terminal.presses('C-c');
    await terminal.shows(/\^C\s*\$$/);
    await terminal.runs('echo "code $?"');
    // It ends a while after the signal, when memtop has had its own, too.
    terminal.program(
      'handling',
      "trap 'echo caught; sleep 0.2; exit 4' INT; echo AGAIN; while read -r line; do :; done",
    );
    await terminal.types('./under ./handling');
    await terminal.shows(/^AGAIN$/m);
    await terminal.presses('C-c');
    await terminal.shows(/caught\n\$$/);
    await terminal.runs('echo "code $?"');
    const screen = await terminal.isReady();
    // The shell starts a new line only when the signal itself has ended its child.
    t.regex(screen, /^code 130\n[\s\S]*^code 4$/m);
  },
  { needs, among: waysAtTerminal },
);

harmless(
  'a command learns the size of the terminal, and of each change once',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    const watching = [
      '$| = 1; my $changes = 0;',
      '$SIG{WINCH} = sub { $changes += 1; print "change $changes: ", `stty size` };',
      'print `stty size`, "READY\\n"; my $line = <STDIN>;',
    ].join('\n');
    terminal.program('watching', watching, '/usr/bin/perl');
    await terminal.types('./under ./watching');
    await terminal.shows(/^24 80\nREADY$/m);
    await terminal.resizes(100, 30);
    await terminal.shows(/^change 1: 30 100$/m);
    await terminal.resizes(60, 20);
    await terminal.shows(/^change 2: 20 60$/m);
    await terminal.presses('Enter');
    await terminal.isReady();
    await terminal.runs('./under stty size');
    const screen = await terminal.shows(/^20 60\n\$$/m);
    return screen;
  },
  { needs: [...needs, '/usr/bin/perl'] },
);

for (const [reader, program, interpreter] of [
  [
    'bash',
    'read -rsp "Secret: " secret; echo; printf %s "$secret" | wc -c | sed "s/$/ letters/"',
    '/bin/bash',
  ],
  [
    'Python',
    'import getpass\nprint(len(getpass.getpass("Secret: ")), "letters")',
    '/usr/bin/python3',
  ],
] as const) {
  harmless(
    `a password that ${reader} reads is not shown`,
    async (t, before) => {
      const terminal = await Terminal.open(t, before);
      terminal.program('asking', program, interpreter);
      await terminal.types('./under ./asking');
      await terminal.shows(/Secret: ?$/);
      await terminal.types('swordfish');
      const screen = await terminal.shows(/^9 letters\n\$$/m);
      t.notRegex(screen, /swordfish/);
      return screen;
    },
    { needs: [...needs, interpreter], among: waysAtTerminal },
  );
}

harmless(
  'a command is in the foreground of the shell’s terminal',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    terminal.program(
      'placed',
      'set -- $(cut -d" " -f5-8 /proc/self/stat); tty; ' +
        'echo "group $1 session $2 terminal $3 foreground $4 shell $PPID"',
    );
    await terminal.runs('./under ./placed');
    const screen = await terminal.isReady();
    const [, group, session, , foreground] =
      /group (\d+) session (\d+) terminal (\d+) foreground (\d+)/.exec(screen) ?? [];
    t.is(group, foreground);
    t.is(session, await terminal.knows('pane_pid'));
    const tty = await terminal.knows('pane_tty');
    t.true(screen.includes(`\n${tty}\n`), screen);
  },
  { needs, among: waysOnSameTerminal },
);

harmless(
  'all streams of a command are the terminal, which is left unchanged',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    terminal.program('looking', 'test -t 0 && test -t 1 && test -t 2 && echo "all three"; exit 3');
    await terminal.runs('stty -g > 1; ./under ./looking; echo "code $?"; stty -g > 2');
    await terminal.runs('cmp 1 2 && echo "as it was"');
    const screen = await terminal.isReady();
    t.regex(screen, /^all three\ncode 3\n[\s\S]*^as it was$/m);
    return screen;
  },
  { needs, among: waysAtTerminal },
);

harmless(
  'terminal settings that a command changes stay',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    await terminal.runs('stty -g > 1; ./under stty -echo; stty -g > 2; stty echo');
    await terminal.runs('cmp -s 1 2 || echo "it changed"');
    t.regex(await terminal.isReady(), /^it changed$/m);
  },
  // Node sets the terminal back to what it was at its start when it ends.
  { needs, among: waysAtTerminal },
);

harmless(
  'a command that ends in the background leaves the terminal to the one in front',
  async (t, before) => {
    const terminal = await Terminal.open(t, before);
    terminal.program('waiting', 'echo > ready; read -r line < go');
    await terminal.runs('mkfifo go ready; ./under ./waiting < /dev/null & read -r line < ready');
    await terminal.runs('stty -echo; stty -g > 1; echo > go; wait; stty -g > 2; stty echo');
    await terminal.runs('cmp 1 2 && echo "as it was"');
    t.regex(await terminal.isReady(), /^as it was$/m);
  },
  // As above.
  { needs, among: waysAtTerminal },
);

/** How the shell words the end of a job depends on whether a signal ended its own child. */
function relevantToJobs(screen: string): string[] {
  return screen.split('\n').filter((line) => /^\[\d\].*(Running|Stopped)|^went|^code/.test(line));
}
