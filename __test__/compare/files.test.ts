import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { filesIn } from '../../ts/compare/files.js';
import { resultsFrom } from '../../ts/compare/source.js';
import { UnusableResult } from '../../ts/errors.js';
import { resultJson } from '../../ts/report/json.js';
import { temporaryFolder } from '../helpers/folder.js';
import { resultOf } from '../helpers/result-of.js';

const [one, other] = [resultOf({ megabytes: 1 }), resultOf({ megabytes: 2 })];

test('results are found by their label, by their file, and by their folder', async (t) => {
  const folder = temporaryFolder(t);
  const source = filesIn(folder);
  writeFileSync(join(folder, 'result-before.json'), resultJson(one));
  writeFileSync(join(folder, 'result-feature-x.json'), resultJson(other));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'broken.json'), '{');
  t.deepEqual(await source.resultsOf('before'), [one]);
  t.deepEqual(await source.resultsOf('feature/x'), [other]);
  t.deepEqual(await source.resultsOf(join(folder, 'result-before.json')), [one]);
  t.deepEqual(await source.resultsOf(folder), [one, other]);
  t.deepEqual(await source.resultsOf('nothing'), []);
});

test('a label comes before a folder of the same name, such as src', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'result-ts.json'), resultJson(one));
  t.deepEqual(await filesIn(folder).resultsOf('ts'), [one]);
});

test('an unknown reference is an error that names the places searched', async (t) => {
  const known = {
    resultsOf: async (name: string) => (name === 'run-7' ? [one] : []),
    lookedAt: () => ['the history'],
  };
  const sources = [filesIn('some/folder'), known];
  t.deepEqual(await resultsFrom('run-7', sources), [one]);
  await t.throwsAsync(resultsFrom('run-8', sources), {
    instanceOf: UnusableResult,
    message:
      'there is no result "run-8": looked for some/folder/result-run-8.json, ' +
      'the file or folder run-8, the history',
  });
});

for (const [text, message] of [
  ['{', /cannot be read: /],
  ['null', /is not a memtop result; supported schemas: memtop\.result\/1, memtop\.result\/2$/],
  ['{"schema":"memtop.result/3"}', /has the schema memtop\.result\/3; supported schemas: /],
  [
    '{"schema":"memtop.result/1","memtopVersion":7}',
    /is incomplete: memtopVersion must be a string$/,
  ],
] as const) {
  test(`a file that is no result says so: ${text}`, async (t) => {
    const file = join(temporaryFolder(t), 'x.json');
    writeFileSync(file, text);
    await t.throwsAsync(filesIn('.').resultsOf(file), { instanceOf: UnusableResult, message });
  });
}

test('a folder without results is no group of runs', async (t) => {
  const folder = join(temporaryFolder(t), 'empty');
  mkdirSync(folder);
  await t.throwsAsync(filesIn('.').resultsOf(folder), { message: /contains no memtop results$/ });
});
