import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../../ts/package.js';
import { Running } from '../helpers/processes.js';

const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
const benches = Object.entries<string>(scripts).filter(([name]) => name.startsWith('bench:'));

const wrong: readonly (readonly [name: string, args: readonly string[], message: RegExp])[] = [
  ...benches.flatMap(([name]) => [[name, ['--nosuch'], /Unknown option '--nosuch'/] as const]),
  ['bench:startup', ['--runs', '0'], /--runs must be a whole number from 1 on, not "0"/],
  ['bench:startup', ['--runs'], /Option '--runs <value>' argument missing/],
  ['bench:blocked', ['5'], /Unexpected argument '5'/],
  ['bench:accuracy', ['--only', 'nosuch'], /--only must be one of burst, one, .*, not "nosuch"/],
  ['bench:accuracy', ['--modes', 'x,y'], /--modes must be one of .*, not "x"/],
  ['bench:accuracy', ['--seeds', '-1'], /Option '--seeds' argument is ambiguous/],
  ['bench:accuracy', ['--seeds=-1'], /--seeds must be a whole number from 0 on, not "-1"/],
];

for (const [name, args, message] of wrong) {
  test.serial(`${name} ${args.join(' ')} is a usage error`, async (t) => {
    const [program = '', ...fixed] = scripts[name].split(' ');
    const options = { cwd: packageRoot, stdio: 'pipe' } as const;
    const { code, stdout, stderr } = await new Running(
      program,
      [...fixed, ...args],
      options,
    ).finished();
    t.is(code, 2, stderr);
    t.is(stdout.toString(), '');
    t.regex(stderr, message);
    t.regex(stderr, /^bench: [^\n]+\n$/);
  });
}
