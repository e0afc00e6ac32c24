import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { commands } from '../../ts/cli/commands/index.js';
import { choicesOf, knownCommands } from '../../ts/cli/grammar.js';
import { helpOf, topicHelp } from '../../ts/cli/help.js';
import { manPage } from '../../ts/cli/man-page.js';
import { topics } from '../../ts/cli/topics/index.js';
import { packageRoot } from '../../ts/package.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, memtop, Running } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';

test('memtop help is the same as --help, of a command as well', async (t) => {
  for (const [args, same] of [
    [['help'], ['--help']],
    [
      ['help', 'run'],
      ['run', '--help'],
    ],
    [
      ['help', 'help'],
      ['help', '--help'],
    ],
  ] as const) {
    const [help, flag] = await Promise.all([memtop(args), memtop(same)]);
    t.is(help.code, 0);
    t.is(help.stdout.toString(), flag.stdout.toString());
  }
});

test('every command and topic has a help that fits 80 columns, with examples', async (t) => {
  for (const name of [...Object.keys(commands), ...Object.keys(topics)]) {
    const { code, stdout } = await memtop(['help', name]);
    t.is(code, 0, name);
    if (name in commands) t.regex(stdout.toString(), /\nexamples:\n {2}memtop |\n {2}source /);
    for (const line of stdout.toString().split('\n')) t.true(line.length <= 80, line);
  }
});

test('the topic of the environment names what is read without a flag', async (t) => {
  const { stdout } = await memtop(['help', 'environment']);
  for (const name of ['CI', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'GITHUB_STEP_SUMMARY', 'TERM']) {
    t.true(stdout.toString().includes(`\n  ${name} `), name);
  }
  t.true(stdout.toString().includes('\n  NX_LOG_HEAP_USAGE '));
});

test('each flag with the value auto explains it', async (t) => {
  for (const { flags } of await knownCommands(commands)) {
    for (const flag of flags.filter((one) => choicesOf(one).includes('auto'))) {
      t.regex(flag.summary, /default/, flag.name);
    }
  }
});

test('a help fits a narrow terminal, but for its examples', async (t) => {
  const columns = 40;
  const texts = [
    ...(await knownCommands(commands)).map(({ name, command }) =>
      helpOf(command, name || undefined, commands, columns).replace(/\nexamples:\n.*/s, ''),
    ),
    ...Object.values(topics).map((topic) => topicHelp(topic, columns)),
  ];
  for (const line of texts.join('\n').split('\n')) t.true(line.length <= columns, line);
});

test('a help is as wide as the terminal that it goes to', async (t) => {
  const script = 'stty cols 40; exec "$@"';
  const shell = ['sh', '-c', script, 'sh', process.execPath, cliPath, '--help'];
  const { stdout } = await memtop(['-q', '--pty', 'on', '--', ...shell]);
  t.true(stdout.includes('\r\n       [arguments...]\r\n'), stdout.toString());
});

test('the help of memtop names the call without arguments', async (t) => {
  const { stdout } = await memtop(['--help']);
  t.regex(
    stdout.toString(),
    /\nusage: memtop \[options\] -- <command> \[arguments\.\.\.\]\n {7}memtop\n/,
  );
});

test('the topic of exit codes names each, in order', async (t) => {
  const { stdout } = await memtop(['help', 'exit-codes']);
  const codes = [...stdout.toString().matchAll(/^ {2}(\d+(?:\+n)?) /gm)].map(([, code]) => code);
  const inOrder = ['2', '120', '121', '123', '124', '125', '126', '127', '128+n', '130'];
  t.deepEqual(codes, inOrder);
});

test('an unknown help topic gets a suggestion', async (t) => {
  const { code, stderr } = await memtop(['help', 'metrix']);
  t.is(code, 2);
  t.is(stderr, 'memtop: there is no help on metrix; did you mean metrics?\n');
  t.regex((await memtop(['help', 'weather'])).stderr, /; there is help on exec, run, .*metrics/);
  t.is((await memtop(['help', 'run', 'ps'])).code, 2);
});

test('the man page is up to date and names every flag', async (t) => {
  const page = readFileSync(join(packageRoot, 'man/memtop.1'), 'utf8');
  const known = await knownCommands(commands);
  t.is(page, manPage(known, Object.entries(topics)));
  for (const { flags } of known) {
    for (const { name } of flags) t.true(page.includes(`--${name}`.replaceAll('-', '\\-')), name);
  }
});

const testWithMan = testNeeding(whatIsMissing(['man']));
testWithMan('man shows the page without warnings', async (t) => {
  const file = join(packageRoot, 'man/memtop.1');
  const env = { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' };
  const shown = await new Running('man', ['--warnings', '-l', file], { env }).finished();
  t.is(shown.code, 0);
  t.is(shown.stderr, '');
  t.true(shown.stdout.includes('--limit-exit-code'));
});
