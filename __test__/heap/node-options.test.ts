import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { withRequired } from '../../ts/heap/node-options.js';
import { temporaryFolder } from '../helpers/folder.js';
import { Running } from '../helpers/processes.js';

test('existing options stay unchanged and come first', (t) => {
  t.is(withRequired(undefined, '/a'), '--require="/a"');
  t.is(withRequired('', '/a'), '--require="/a"');
  t.is(withRequired('--no-warnings  ', '/a'), '--no-warnings   --require="/a"');
});

test('an open quote is left alone: nothing may come behind it', (t) => {
  t.is(withRequired('--title="a', '/a'), undefined);
  t.is(withRequired('--title="a\\"', '/a'), undefined);
  t.is(withRequired('--title="a\\\\"', '/a'), '--title="a\\\\" --require="/a"');
  t.is(withRequired('--title=\\"a"', '/a'), '--title=\\"a" --require="/a"');
});

for (const name of ['plain', 'two words', 'a "quote"', 'back\\slash', '\\"', "it's", 'größe\t$x']) {
  test(`Node finds a file in a folder that is called ${JSON.stringify(name)}`, async (t) => {
    const file = join(temporaryFolder(t), `${name}.cjs`);
    writeFileSync(file, 'console.log("loaded")');
    const options = withRequired('--title="a b"', file);
    const { code, stdout, stderr } = await new Running(process.execPath, ['-p', 'process.title'], {
      env: { ...process.env, NODE_OPTIONS: options },
    }).finished();
    t.is(code, 0, stderr);
    t.is(stdout.toString(), 'loaded\na b\n');
  });
}
