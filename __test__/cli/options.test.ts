import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { commands } from '../../ts/cli/commands/index.js';
import { knownCommands } from '../../ts/cli/grammar.js';
import { temporaryFolder } from '../helpers/folder.js';
import { memtop } from '../helpers/processes.js';

/** What each command needs besides, so that only the value is wrong. */
const besides: Readonly<Record<string, readonly string[]>> = {
  '': ['--', 'true'],
  exec: ['--', 'true'],
  run: ['build'],
  bench: ['--baseline=a', '--max-increase=5', '--', 'true'],
  diff: ['a', 'b'],
  gate: ['--baseline=a', '--max-increase=5', 'b'],
  attach: [`${process.pid}`],
  kill: ['no-such-run'],
  prune: ['--keep=3'],
};

for (const { name, flags } of await knownCommands(commands)) {
  const valued = flags.filter(({ value }) => value !== undefined);
  if (valued.length === 0) continue;
  test(`memtop ${name}: no flag takes an empty value, with or without a store`, async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'package.json'), '{"scripts": {"build": "true"}}');
    const needed = besides[name] ?? [];
    const end = needed.includes('--') ? needed.indexOf('--') : needed.length;
    for (const flag of valued) {
      const args = needed.toSpliced(end, 0, `--${flag.name}=`);
      const { code, stderr } = await memtop(name === '' ? args : [name, ...args], {
        cwd,
        env: { MEMTOP_STORE: flag.name === 'store' ? '' : 'off' },
      });
      t.is(code, 2, `${flag.name}: ${stderr}`);
      t.true(stderr.startsWith(`memtop: --${flag.name} must `), stderr);
      t.regex(stderr, /^[^\n]+\n$/);
    }
    t.deepEqual(readdirSync(cwd), ['package.json']);
  });
}

for (const [args, message] of [
  [['history', '--export', 'a', '--json'], '--export and --json exclude each other'],
  [['history', '--import', 'a', '--export', 'b'], '--import and --export exclude each other'],
  [['history', '--import', 'a', '--label', 'b'], '--import and --label exclude each other'],
  [['history', '--import', 'a', '--since', '3d'], '--import and --since exclude each other'],
  [['show', '--sql', '--json'], '--sql and --json exclude each other'],
  [['show', '--sql', 'build'], 'show --sql takes no run'],
  [['ps', '--runs', '--tree'], '--runs and --tree exclude each other'],
  [['ps', '--runs', '--cwd', '.'], '--runs and --cwd exclude each other'],
  [['ps', '--runs', '1'], 'ps --runs takes no process id'],
] as const) {
  test(`memtop ${args.join(' ')} is a usage error`, async (t) => {
    const { code, stderr } = await memtop(args, { cwd: temporaryFolder(t) });
    t.is(code, 2, stderr);
    t.is(stderr, `memtop: ${message}\n`);
  });
}
