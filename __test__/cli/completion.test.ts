/** The scripts in the real shells. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { testNeeding } from '../helpers/needs.js';
import { memtop, Running } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';

type Complete = (t: ExecutionContext, line: string) => Promise<string[]>;

const shells: Record<string, Complete> = { bash: inBash, zsh: inZsh, fish: inFish };

const cases: Record<string, { line: string; has: string[]; hasNot?: string[] }> = {
  'the commands': {
    line: 'memtop ',
    has: ['run', 'attach', 'ps', 'completion'],
    hasNot: ['other.txt', '--json'],
  },
  'the beginning of a command': { line: 'memtop at', has: ['attach'] },
  'flags of the main command': { line: 'memtop --ht', has: ['--html'] },
  'flags of a command': { line: 'memtop ps --', has: ['--tree', '--cwd'], hasNot: ['--html'] },
  'flags behind others': { line: 'memtop run --serial --par', has: ['--parallel'] },
  'what a flag can be': { line: 'memtop --trace o', has: ['on', 'off'] },
  'what a flag of a command can be': { line: 'memtop run --metric p', has: ['pss'] },
  files: { line: 'memtop --json oth', has: ['other.txt'] },
  'folders alone': { line: 'memtop ps --cwd ', has: ['folder/'], hasNot: ['other.txt'] },
  'words of a command': { line: 'memtop help met', has: ['metrics'] },
  shells: { line: 'memtop completion ', has: ['bash', 'zsh', 'fish'] },
  'the command behind --': { line: 'memtop --json x -- printe', has: ['printenv'] },
  'files of the command behind --': { line: 'memtop -- cat oth', has: ['other.txt'] },
};

for (const [shell, complete] of Object.entries(shells)) {
  const missing = whatIsMissing([shell]);
  for (const [title, { line, has, hasNot = [] }] of Object.entries(cases)) {
    testNeeding(missing)(`${shell} completes ${title}`, async (t) => {
      const found = await complete(t, line);
      for (const word of has) t.true(found.includes(word), `${word} is not in ${found}`);
      for (const word of hasNot) t.false(found.includes(word), `${word} is in ${found}`);
    });
  }
}

test('an unknown shell is a usage error that names the supported ones', async (t) => {
  for (const args of [['tcsh'], [], ['bash', 'zsh']]) {
    const { code, stderr } = await memtop(['completion', ...args]);
    t.is(code, 2);
    t.regex(stderr, /^memtop: completion takes one of bash, zsh, fish[^\n]*\n$/);
  }
});

/** A folder with the script, a file and a folder. */
async function prepared(t: ExecutionContext, shell: string): Promise<string> {
  const folder = temporaryFolder(t);
  const { code, stdout } = await memtop(['completion', shell]);
  t.is(code, 0);
  writeFileSync(join(folder, '.script'), stdout);
  writeFileSync(join(folder, 'other.txt'), '');
  await new Running('mkdir', [join(folder, 'folder')]).finished();
  return folder;
}

async function outputLines(
  t: ExecutionContext,
  cwd: string,
  ...command: string[]
): Promise<string[]> {
  const [program = '', ...args] = command;
  const env = { ...process.env, HOME: cwd, XDG_CONFIG_HOME: cwd, TERM: 'xterm' };
  const { stdout, stderr } = await new Running(program, args, { cwd, env }).finished();
  t.is(stderr, '');
  return stdout
    .toString()
    .split('\n')
    .map((line) => line.trim());
}

async function inBash(t: ExecutionContext, line: string): Promise<string[]> {
  const folder = await prepared(t, 'bash');
  // bash marks folders when it shows them; the function gives their names.
  const script = `
    source ./.script
    read -ra COMP_WORDS <<< "$1"
    if [[ $1 == *' ' ]]; then COMP_WORDS+=(''); fi
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _memtop
    for word in "\${COMPREPLY[@]}"; do
      if [[ -d $word ]]; then echo "$word/"; else echo "$word"; fi
    done`;
  return outputLines(t, folder, 'bash', '--norc', '-c', script, 'bash', line);
}

/** In a terminal of its own, since zsh completes only there; its offers are recorded. */
async function inZsh(t: ExecutionContext, line: string): Promise<string[]> {
  const folder = await prepared(t, 'zsh');
  const inner = `
    autoload -Uz compinit && compinit -u -D
    source ./.script
    LISTMAX=10000
    compadd() {
      local -a found
      builtin compadd -O found "$@"
      print -rl -- $found >> .found
      builtin compadd "$@"
    }
    note() { print > .completed }
    zle -N note
    bindkey '^X' note
    touch .found
    print READY`;
  writeFileSync(join(folder, '.inner'), inner);
  const outer = `
    zmodload zsh/zpty zsh/zselect
    zpty shell 'PS1= zsh -f -i'
    zpty -w shell 'source ./.inner'
    zpty -r -m shell output '*READY*' || exit 1
    zpty -w -n shell "$1"$'\\t\\x18'
    until [[ -e .completed ]]; do
      zpty -r -t shell output
      zselect -t 1
    done
    zpty -d shell
    cat .found`;
  const found = await outputLines(t, folder, 'zsh', '-f', '-c', outer, 'zsh', line);
  return found.flatMap((word) => (word === 'folder' ? [word, 'folder/'] : [word]));
}

async function inFish(t: ExecutionContext, line: string): Promise<string[]> {
  const folder = await prepared(t, 'fish');
  const script = 'source ./.script; complete -C $argv[1]';
  const lines = await outputLines(t, folder, 'fish', '--no-config', '-c', script, line);
  return lines.map((word) => word.split('\t')[0] ?? '');
}
