/** The bundles in dist: what a process loads of them together is one graph of modules. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../../ts/package.js';

/** By the program that may load them, the inputs of each file, as esbuild reports them. */
type Outputs = Record<string, Record<string, { inputs: Record<string, unknown> }>>;

const outputs: Outputs = JSON.parse(readFileSync(join(packageRoot, 'dist/outputs.json'), 'utf8'));

/** A variable, an empty or new object that is filled later, what was read, a class of errors. */
const state = new RegExp(
  [
    /let /,
    /const \w+(: [^=\n]+)? =\s+(new (?!RegExp|Set\(\[|Set\(\w)\w|\[\];|\{\};|\w+\.parse\(\s*read)/,
    /(abstract )?class \w+ extends \w*Error\b/,
  ]
    .map(({ source }) => `^(?:export )?(?:${source})`)
    .join('|'),
  'm',
);

test('state is recognised in the source of a module', (t) => {
  for (const text of [
    'let count = 0;',
    'export let count = 0;',
    'const known: Map<string, number> = new Map();',
    'const known = new Map<string, number>();',
    'export const inspect: Inspector = new AddonInspector();',
    'const seen: string[] = [];',
    'export class UsageError extends Error {',
  ]) {
    t.regex(text, state);
  }
  for (const text of [
    '  let count = 0;',
    "const names = new Set(['one']);",
    "const pattern = new RegExp('x');",
    'const units = { ms: 1 };',
    "const names = ['one'];",
  ]) {
    t.notRegex(text, state);
  }
});

for (const program of ['cli', 'library']) {
  test(`no module with state is in two files of the ${program}`, (t) => {
    const files = new Map<string, string[]>();
    for (const [file, { inputs }] of Object.entries(outputs[program] ?? {})) {
      for (const input of Object.keys(inputs)) {
        if (/^ts\//.test(input)) files.set(input, [...(files.get(input) ?? []), file]);
      }
    }
    const withState = [...files].filter(([input]) =>
      state.test(readFileSync(join(packageRoot, input), 'utf8')),
    );
    t.true(withState.length > 2);
    // To share one between cli.js and the chunks, add it to `shared` in esbuild.config.js.
    t.deepEqual(
      withState.filter(([, files]) => files.length > 1),
      [],
    );
  });
}
