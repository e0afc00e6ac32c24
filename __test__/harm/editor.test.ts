import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { harmless } from '../helpers/harmless.js';
import { Terminal } from '../helpers/terminal.js';
import { waysOnSameTerminal } from '../helpers/ways.js';

/** At a terminal of its own, a program that suspends itself is stopped only where it is traced. */
const waysToSuspendItself = [...waysOnSameTerminal, ['--pty', 'on', '--trace', 'ptrace']];

for (const editor of ['vi', 'vim']) {
  harmless(
    `${editor} edits and writes a file, and can be left for a while`,
    async (t, before) => {
      const terminal = await Terminal.open(t, before);
      await terminal.types(`./under ${editor} -u NONE -i NONE -n file`);
      await terminal.shows(/^~$/m);
      await terminal.types('ihello');
      await terminal.begins('second');
      await terminal.presses('Escape');
      await terminal.types(':w');
      await terminal.shows(/2L, 13B|2 lines, 13/);
      await terminal.presses('C-z');
      await terminal.shows(/Stopped.*\n\$$/);
      await terminal.types('fg');
      await terminal.shows(/^hello\nsecond\n[\s\S]*^~$/m);
      await terminal.types(':1d');
      await terminal.types(':wq');
      await terminal.isReady();
      await terminal.runs('echo "code $?"');
      t.is(readFileSync(join(terminal.folder, 'file'), 'utf8'), 'second\n');
      const screen = await terminal.isReady();
      t.regex(screen, /^code 0$/m);
      return screen;
    },
    { needs: ['tmux', 'bash', editor], among: waysToSuspendItself },
  );
}
