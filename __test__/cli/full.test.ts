/** `--ui full`: the whole terminal for what runs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, fixture } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';
import { Terminal } from '../helpers/terminal.js';

const testInTerminal = testNeeding(whatIsMissing(['tmux', 'bash']));

async function open(t: ExecutionContext): Promise<Terminal> {
  const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
  terminal.program('memtop', `exec '${process.execPath}' '${cliPath}' "$@"`);
  await terminal.runs('stty -g > before');
  return terminal;
}

async function isAsBefore(t: ExecutionContext, terminal: Terminal): Promise<void> {
  t.is(await terminal.knows('alternate_on'), '0');
  t.is(await terminal.knows('cursor_flag'), '1');
  await terminal.runs('stty -g | cmp - before && echo as it was');
  t.regex(await terminal.screen(), /^as it was$/m);
}

testInTerminal('a command has a terminal that keys go to on request', async (t) => {
  const terminal = await open(t);
  terminal.program('asking', 'stty size; printf "name? "; read -r x; echo "hello $x"; exit 4');
  await terminal.types('./memtop --ui full -q -- ./asking');
  await terminal.shows(/memtop: .*peak[\s\S]*^21 80\nname\?[\s\S]*i type/m);
  await terminal.presses('q');
  await terminal.shows(/it is still running/);
  await terminal.presses('i');
  await terminal.shows(/keys go to the task/);
  await terminal.types('Bob');
  await terminal.shows(/^hello Bob$[\s\S]*ended, q leaves/m);
  await terminal.presses('q');
  await terminal.shows(/^21 80\nname\? Bob\nhello Bob\n\$$/m);
  await terminal.runs('echo "code $?"');
  t.regex(await terminal.screen(), /^code 4$/m);
  await isAsBefore(t, terminal);
});

testInTerminal('messages do not disturb the view, and are printed when it closes', async (t) => {
  const terminal = await open(t);
  const command = `'${process.execPath}' '${fixture('allocate.js')}' 60 1000000`;
  await terminal.types(`clear; ./memtop --ui full -q --warn 8M --grace 0s -- ${command}`);
  await terminal.shows(/peak +\d\d+(\.\d)?MB[\s\S]*^READY$/m);
  t.notRegex(await terminal.screen(), /warning/);
  await terminal.presses('K', 'y');
  await terminal.shows(/q leaves/);
  await terminal.presses('q');
  await terminal.shows(/memtop: warning: .*8MB[\s\S]*^\$$/m);
  await isAsBefore(t, terminal);
});

for (const [what, args] of [
  ['command', '--ui full -q --grace 1h -- ./stubborn'],
  ['task', 'run --ui full -q --grace 1h stubborn'],
] as const) {
  testInTerminal(`ending a ${what} again cuts its grace short`, async (t) => {
    const terminal = await open(t);
    terminal.program('stubborn', "trap '' TERM; echo ready; while :; do sleep 1; done");
    const tasks = { stubborn: { command: './stubborn' } };
    writeFileSync(join(terminal.folder, 'memtop.config.json'), JSON.stringify({ tasks }));
    await terminal.types(`./memtop ${args}`);
    await terminal.shows(/ready/);
    await terminal.presses('K', 'y', 'K', 'y');
    await terminal.shows(/q leaves/);
    await terminal.presses('q');
    await terminal.shows(/^\$$/m);
    await isAsBefore(t, terminal);
  });
}

testInTerminal(
  'tasks have a terminal each, and one of them is ended when that is confirmed',
  async (t) => {
    const terminal = await open(t);
    const tasks = {
      alpha: { command: 'echo this is alpha; read -r x; echo "alpha got $x"' },
      beta: { command: 'echo this is beta; exec sleep 1000' },
    };
    writeFileSync(join(terminal.folder, 'memtop.config.json'), JSON.stringify({ tasks }));
    const flags = '--ui full -q --keep-going --parallel 2 --json result';
    await terminal.types(`./memtop run ${flags} alpha beta`);
    await terminal.shows(/▶ alpha .*this is alpha[\s\S]*▶ beta/);
    await terminal.presses('j');
    await terminal.shows(/this is beta/);
    await terminal.presses('K');
    await terminal.shows(/end the selected task\?/);
    await terminal.presses('y');
    await terminal.shows(/✗ beta/);
    await terminal.presses('k', 'i');
    await terminal.shows(/keys go to the task/);
    await terminal.types('word');
    await terminal.shows(/✓ alpha[\s\S]*alpha got word[\s\S]*q leaves/);
    await terminal.presses('q');
    await terminal.shows(/what beta has written:\nthis is beta\n[^$]*\$$/);
    await isAsBefore(t, terminal);
    const result = JSON.parse(readFileSync(join(terminal.folder, 'result'), 'utf8'));
    t.deepEqual(
      result.tasks.map(({ id, exit }: { id: string; exit: { code: number | null } }) => [
        id,
        exit.code,
      ]),
      [
        ['alpha', 0],
        ['beta', null],
      ],
    );
  },
);
