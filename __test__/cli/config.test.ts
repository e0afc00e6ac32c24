import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { configurableFlags } from '../../ts/cli/config/flags.js';
import { withKeyTable } from '../../ts/cli/config/keys-page.js';
import { keysAt } from '../../ts/cli/config/schema.js';
import { commandFlags } from '../../ts/cli/flags/tables.js';
import { execOptions } from '../../ts/cli/options.js';
import { parse } from '../../ts/cli/parse.js';
import { packageRoot } from '../../ts/package.js';
import { temporaryFolder } from '../helpers/folder.js';
import { memtop } from '../helpers/processes.js';

const build = { command: 'true' };
const rule = { name: 'r', argv: 'x', task: 't' };

/** The errors of invalid configs; FILE stands for the path. */
const wrong: readonly (readonly [config: unknown, message: string])[] = [
  [[], 'FILE must be an object'],
  [{ task: {} }, 'FILE: unknown key "task"; did you mean tasks?'],
  [{ intervall: 5 }, 'FILE: unknown key "intervall"; did you mean interval?'],
  [{ timeout: 'soon' }, 'FILE: timeout must be a time such as 30s, 5m or 1h, not "soon"'],
  [{ limit: true }, 'FILE: limit must be text or a number'],
  [{ quiet: 'yes' }, 'FILE: quiet must be true or false'],
  [{ store: true }, 'FILE: store must be text, a number or false'],
  [{ maxPeak: ['1G', 'x=y'] }, 'FILE: maxPeak must be a size such as 500M or 1.5G, not "x=y"'],
  [{ noGuard: true }, 'FILE: unknown key "noGuard"; available: interval, '],
  [{ parallel: 0 }, 'FILE: parallel must be a whole number from 1 to 256, not 0'],
  [{ tasks: { build: 'tsc' } }, 'FILE: tasks.build must be an object with a command'],
  [{ tasks: { build: {} } }, 'FILE: tasks.build has no command: give it "command" or "commands"'],
  [
    { tasks: { build: { command: 'a', commands: ['b'] } } },
    'FILE: tasks.build has both "command" and "commands"; keep one',
  ],
  [
    { tasks: { build: { command: [['a'], ['b']] } } },
    'FILE: tasks.build.command must be text for the shell, or a list of the program and its ' +
      'arguments; several commands go into "commands"',
  ],
  [
    { tasks: { build: { ...build, dependOn: 'a' } } },
    'FILE: unknown key "dependOn" in tasks.build; did you mean dependsOn?',
  ],
  [
    { tasks: { build: { ...build, limit: '5 cats' } } },
    'FILE: tasks.build.limit must be a size such as 500M, 1.5G or 80%, not "5 cats"',
  ],
  [
    { tasks: { build: { ...build, warn: '2G', limit: '1G' } } },
    'FILE: tasks.build.warn must not be above the limit',
  ],
  [{ rules: [{ ...rule, argv: '(' }] }, 'FILE: rules[0].argv is not a regular expression: '],
  [{ rules: [rule, rule] }, 'FILE: rules has two rules of the name r'],
  [{ rules: [{ name: 'r', task: 't' }] }, 'FILE: rules[0] must have env, argv or cwd'],
  [{ rules: [{ ...rule, kind: 'daemon' }] }, 'FILE: rules[0].kind must be task or service'],
  [{ stages: [{ name: 's' }] }, 'FILE: stages[0].argv must be a regular expression as text'],
  [
    {
      stages: [
        { name: 's', argv: 'a' },
        { name: 's', argv: 'b' },
      ],
    },
    'FILE: stages has two stages of the name s',
  ],
];

for (const [config, message] of wrong) {
  test(`an invalid config is an error: ${message}`, async (t) => {
    const file = join(temporaryFolder(t), 'memtop.config.json');
    writeFileSync(file, JSON.stringify(config));
    const { code, stdout, stderr } = await memtop(['--', 'echo', 'started'], {
      cwd: join(file, '..'),
    });
    t.is(code, 2, stderr);
    t.is(stdout.toString(), '');
    t.true(stderr.startsWith(`memtop: ${message.replace('FILE', file)}`), stderr);
    t.regex(stderr, /^[^\n]+\n$/);
  });
}

const unreadable: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  'memtop.config.json': ['{', /memtop\.config\.json cannot be read: .*JSON/],
  'memtop.config.mjs': ['throw new Error("no luck")', /config\.mjs cannot be read: no luck\n/],
  'memtop.config.js': ['export const a = 1;', /config\.js exports no config/],
};

for (const [name, [text, message]] of Object.entries(unreadable)) {
  test(`a ${name} that cannot be read is an error`, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, name), text);
    const { code, stderr } = await memtop(['run', 'a'], { cwd: folder });
    t.is(code, 2);
    t.regex(stderr, message);
    t.regex(stderr, /^memtop: [^\n]+\n$/);
  });
}

test('a config of any form counts for all folders below it', async (t) => {
  const forms: Record<string, string> = {
    'memtop.config.json': '{"quiet": true, "label": "here"}',
    'memtop.config.js': 'module.exports = { quiet: true, label: "here" }',
    'memtop.config.mjs': 'export default { quiet: true, label: "here" }',
    'package.json': '{"memtop": {"quiet": true, "label": "here"}}',
  };
  for (const [name, text] of Object.entries(forms)) {
    const folder = temporaryFolder(t);
    const below = join(folder, 'a', 'b');
    mkdirSync(below, { recursive: true });
    writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'a', 'package.json'), '{"devDependencies": {"memtop": "1"}}');
    const { stdout, stderr } = await memtop(['--json', '-', '--', 'true'], { cwd: below });
    t.is(stderr, '', name);
    t.is(JSON.parse(stdout.toString()).run.label, 'here', name);
  }
});

test('two configs in one folder are an error', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'memtop.config.json'), '{}');
  writeFileSync(join(folder, 'package.json'), '{"memtop": {}}');
  const { code, stderr } = await memtop(['--', 'true'], { cwd: folder });
  t.is(code, 2);
  t.regex(stderr, /config\.json and .+package\.json are both a config; keep one/);
});

test('a flag comes before its variable, and that before the config', async (t) => {
  const folder = temporaryFolder(t);
  const config = { quiet: true, interval: 30, limitExitCode: 77, trace: 'off', guard: false };
  writeFileSync(join(folder, 'memtop.config.json'), JSON.stringify(config));
  const intervalOf = async (flags: string[], env: Record<string, string>) => {
    const { stdout } = await memtop([...flags, '--json', '-', '--', 'true'], { cwd: folder, env });
    return JSON.parse(stdout.toString()).sampling.intervalMs;
  };
  t.is(await intervalOf([], {}), 30);
  t.is(await intervalOf([], { MEMTOP_INTERVAL: '40' }), 40);
  t.is(await intervalOf(['--interval', '50'], { MEMTOP_INTERVAL: '40' }), 50);
});

test('docs/config.md is up to date and has every key', (t) => {
  const page = readFileSync(join(packageRoot, 'docs/config.md'), 'utf8');
  t.is(page, withKeyTable(page, configurableFlags));
  for (const key of keysAt([])) t.true(page.includes(`\`${key}\``), key);
});

test('MEMTOP_NO_GITHUB=0 comes before a config that switches annotations off', (t) => {
  const config = { source: 'FILE', folder: '/', config: { github: false } };
  const githubOf = (environment: Record<string, string>) =>
    execOptions(parse([], Object.values(commandFlags)), environment, config).github;
  t.false(githubOf({}));
  t.true(githubOf({ MEMTOP_NO_GITHUB: '0' }));
});
