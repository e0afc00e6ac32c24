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
  [[], 'FILE must be an object, not []'],
  [null, 'FILE must be an object, not null'],
  [{ task: {} }, 'FILE: unknown key "task"; did you mean tasks?'],
  [{ intervall: 5 }, 'FILE: unknown key "intervall"; did you mean interval?'],
  [{ noGuard: true }, 'FILE: unknown key "noGuard"; available: interval, '],
  [{ timeout: 'soon' }, 'FILE: timeout must be a time such as 30s, 5m or 1h, not "soon"'],
  [{ timeout: [] }, 'FILE: timeout must be a time such as 30s, 5m or 1h, not []'],
  [{ interval: null }, 'FILE: interval must be a number of milliseconds from 1 to 60000, not null'],
  [{ limit: true }, 'FILE: limit must be a size such as 500M, 1.5G or 80%, not true'],
  [{ limit: '120%' }, 'FILE: limit must be at most 100%, not "120%"'],
  [{ warn: '2G', limit: '1G' }, 'FILE: warn 2G must not be above the limit, and FILE: limit is 1G'],
  [{ label: {} }, 'FILE: label must be a non-empty string, not {}'],
  [
    { label: Array.from({ length: 50 }, () => 'x') },
    `FILE: label must be a non-empty string, not [${'"x",'.repeat(14)}"x…`,
  ],
  [{ quiet: 'yes' }, 'FILE: quiet must be true or false, not "yes"'],
  [{ guard: null }, 'FILE: guard must be true or false, not null'],
  [{ store: true }, 'FILE: store must name a file, or be false, not true'],
  [{ store: '' }, 'FILE: store must name a file, or be false, not ""'],
  [{ json: {} }, 'FILE: json must name a file, not {}'],
  [{ maxPeak: ['1G', 'x=y'] }, 'FILE: maxPeak[1] must be a size such as 500M or 1.5G, not "x=y"'],
  [{ maxPeak: [['1G']] }, 'FILE: maxPeak[0] must be a size such as 500M or 1.5G, not ["1G"]'],
  [
    { maxIncrease: {} },
    'FILE: maxIncrease must be a percentage such as 10 or 7.5%, or be an array of these, not {}',
  ],
  [
    { maxIncrease: [{ web: 5 }] },
    'FILE: maxIncrease[0] must be a percentage such as 10 or 7.5%, not {"web":5}',
  ],
  [
    { clear: null },
    'FILE: clear must name a path in the project, or be an array of these, not null',
  ],
  [{ verify: ['dist', null] }, 'FILE: verify[1] must name a path, not null'],
  [{ parallel: 0 }, 'FILE: parallel must be a whole number from 1 to 256, not 0'],
  [{ tasks: [] }, 'FILE: tasks must be an object of tasks, not []'],
  [{ tasks: { build: 'tsc' } }, 'FILE: tasks.build must be an object with a command, not "tsc"'],
  [
    { tasks: { 'web:build': null } },
    'FILE: tasks["web:build"] must be an object with a command, not null',
  ],
  [{ tasks: { 'a\nb': 1 } }, 'FILE: tasks["a\\nb"] must be an object with a command, not 1'],
  [{ tasks: { build: {} } }, 'FILE: tasks.build has no command: give it "command" or "commands"'],
  [
    { tasks: { build: { command: 'a', commands: ['b'] } } },
    'FILE: tasks.build has both "command" and "commands"; keep one',
  ],
  [
    { tasks: { build: { command: [['a'], ['b']] } } },
    'FILE: tasks.build.command must be a string for the shell, or an array of the program and ' +
      'its arguments, not [["a"],["b"]]; several commands go into "commands"',
  ],
  [
    { tasks: { build: { command: [] } } },
    'FILE: tasks.build.command must be a string for the shell, or an array of the program and ' +
      'its arguments, not []; several commands go into "commands"',
  ],
  [
    { tasks: { build: { commands: ['a', 5] } } },
    'FILE: tasks.build.commands[1] must be a string for the shell, or an array of the program ' +
      'and its arguments, not 5',
  ],
  [
    { tasks: { build: { commands: [] } } },
    'FILE: tasks.build.commands must be an array of one command or more, not []',
  ],
  [
    { tasks: { build: { commands: 'tsc' } } },
    'FILE: tasks.build.commands must be an array of one command or more, not "tsc"',
  ],
  [
    { tasks: { build: { ...build, dependOn: 'a' } } },
    'FILE: unknown key "dependOn" in tasks.build; did you mean dependsOn?',
  ],
  [
    { tasks: { build: { ...build, dependsOn: ['a', 5] } } },
    'FILE: tasks.build.dependsOn must be the name of a task, or an array of names, not ["a",5]',
  ],
  [{ tasks: { build: { ...build, cwd: 5 } } }, 'FILE: tasks.build.cwd must be a path, not 5'],
  [
    { tasks: { build: { ...build, env: ['A=1'] } } },
    'FILE: tasks.build.env must be an object of strings, not ["A=1"]',
  ],
  [
    { tasks: { build: { ...build, env: { A: 1 } } } },
    'FILE: tasks.build.env.A must be a string, not 1',
  ],
  [
    { tasks: { build: { ...build, env: { 'A=B': '1' } } } },
    'FILE: tasks.build.env must have names of variables as keys, not "A=B"',
  ],
  [
    { tasks: { build: { ...build, pty: true } } },
    'FILE: tasks.build.pty must be one of auto, on, off, not true',
  ],
  [
    { tasks: { build: { ...build, limit: '5 cats' } } },
    'FILE: tasks.build.limit must be a size such as 500M, 1.5G or 80%, not "5 cats"',
  ],
  [
    { tasks: { build: { ...build, warn: '2G', limit: '1G' } } },
    'FILE: tasks.build.warn is above the limit',
  ],
  [{ rules: {} }, 'FILE: rules must be an array of rules, not {}'],
  [{ rules: [null] }, 'FILE: rules[0] must be an object, not null'],
  [
    { rules: [{ name: 'r', argv: 'x' }] },
    'FILE: rules[0].task is missing; it must be the name of the task',
  ],
  [{ rules: [{ ...rule, name: '' }] }, 'FILE: rules[0].name must be the name of the rule, not ""'],
  [{ rules: [{ ...rule, env: [] }] }, 'FILE: rules[0].env must be an object, not []'],
  [
    { rules: [{ ...rule, env: { A: 5 } }] },
    'FILE: rules[0].env.A must be true or a regular expression, not 5',
  ],
  [{ rules: [{ ...rule, argv: 5 }] }, 'FILE: rules[0].argv must be a regular expression, not 5'],
  [{ rules: [{ ...rule, argv: '(' }] }, 'FILE: rules[0].argv is not a regular expression: '],
  [
    { rules: [{ ...rule, task: '{A' }] },
    'FILE: rules[0].task must have a } for each {, and a ] for each [, not "{A"',
  ],
  [{ rules: [rule, rule] }, 'FILE: rules has two rules of the name r'],
  [{ rules: [{ name: 'r', task: 't' }] }, 'FILE: rules[0] has no condition: give it env, argv or '],
  [
    { rules: [{ ...rule, kind: 'daemon' }] },
    'FILE: rules[0].kind must be task or service, not "daemon"',
  ],
  [{ stages: ['compile=tsc'] }, 'FILE: stages[0] must be an object, not "compile=tsc"'],
  [{ stages: [{ name: 's' }] }, 'FILE: stages[0].argv is missing; it must be a regular expression'],
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
    t.true(stderr.startsWith(`memtop: ${message.replaceAll('FILE', file)}`), stderr);
    t.regex(stderr, /^[^\n]+\n$/);
  });
}

for (const [text, message] of [
  ['export default new Map()', 'must be an object, not a Map'],
  ['export default () => ({})', 'must be an object, not a function'],
  ['export default { label: () => "x" }', ': label must be a non-empty string, not a function'],
  ['export default { runs: NaN }', ': runs must be a whole number from 1 to 1000, not NaN'],
  ['export default { runs: 5n }', ': runs must be a whole number from 1 to 1000, not 5n'],
  [
    'const label = {}; label.itself = label; export default { label }',
    ': label must be a non-empty string, not an object',
  ],
] as const) {
  test(`so is a script: ${text}`, async (t) => {
    const file = join(temporaryFolder(t), 'memtop.config.mjs');
    writeFileSync(file, text);
    const { code, stderr } = await memtop(['--', 'true'], { cwd: join(file, '..') });
    t.is(code, 2, stderr);
    t.is(stderr, `memtop: ${file}${message.startsWith(':') ? '' : ' '}${message}\n`);
  });
}

for (const [args, config, message] of [
  [['bench', '--', 'true'], { baseline: 'x' }, 'FILE: baseline needs maxIncrease as well'],
  [['bench', '--', 'true'], { maxIncrease: 5 }, 'FILE: maxIncrease needs baseline as well'],
  [
    ['bench', '--', 'true'],
    { image: 'a', rootfs: '/' },
    'FILE: image and FILE: rootfs are two roots for one container; keep one',
  ],
  [
    ['bench', '--rootfs', '/', '--', 'true'],
    { image: 'a' },
    'FILE: image and --rootfs are two roots for one container; keep one',
  ],
  [
    ['run', 'a'],
    { tasks: { a: { ...build, dependsOn: 'b' } } },
    'FILE: tasks.a.dependsOn: there is no task b; available: a',
  ],
  [
    ['run', 'a'],
    { tasks: { a: { ...build, dependsOn: ['a'] } } },
    'FILE: tasks depend on one another: a → a',
  ],
] as const) {
  test(`values that do not go together are an error: ${message}`, async (t) => {
    const file = join(temporaryFolder(t), 'memtop.config.json');
    writeFileSync(file, JSON.stringify(config));
    const { code, stderr } = await memtop(args, { cwd: join(file, '..') });
    t.is(code, 2, stderr);
    t.is(stderr, `memtop: ${message.replaceAll('FILE', file)}\n`);
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
